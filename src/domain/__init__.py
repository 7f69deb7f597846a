"""The rules of a service business: standard library and attrs only, no I/O, no clock, no randomness."""
