"""The HTTP API: translate in, call one use case, translate out."""
