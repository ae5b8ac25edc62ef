"""Looks at the engines' own counters: the second source for what was served."""
