"""The steps that a script consists of, as data."""
