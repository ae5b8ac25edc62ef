"""The checks that show whether a population is whole, each by what it compares."""
