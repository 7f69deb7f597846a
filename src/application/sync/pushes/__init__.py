"""What waits to be written at a provider, how it is written, and how it ends."""
