"""Evidence from the machine: model stores, engines, processes, devices."""
