"""The phone line: one call session over one canonical sound, and transports that only adapt to it."""
