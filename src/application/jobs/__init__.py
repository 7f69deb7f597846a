"""Use cases about jobs, and the worker that runs them."""
