"""What runs on this machine: sockets, processes, engines, devices, and how they differ from the inventory."""
