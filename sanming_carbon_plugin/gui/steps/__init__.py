"""One controller for each step of the dock, in the order of the work."""
