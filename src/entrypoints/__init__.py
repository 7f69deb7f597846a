"""The doors: HTTP API and command line. Each translates in, calls one use case and translates out."""
