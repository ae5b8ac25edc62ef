"""Hours of mixed traffic with faults: `make soak`. Not part of the test run; what it found is in docs/measurements.md."""
