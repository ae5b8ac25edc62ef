"""What the company makes to hand over: populations and evidence rooms."""
