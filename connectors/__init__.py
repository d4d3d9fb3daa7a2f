"""The ways in: each connector is given its handler and adapts one channel."""
