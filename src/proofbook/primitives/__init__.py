"""Values with no behaviour beyond themselves; standard library only, no clock, no disk, no randomness."""
