"""Calls to outside systems: a chain of small transports around one that holds the sockets."""
