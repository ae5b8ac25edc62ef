"""Controls against the intervals of the period, and the evidence of one of them."""
