"""Hypothesis for the domain's laws: the same examples on every run, no database of failures, no time limit."""

from hypothesis import settings

settings.register_profile("domain", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("domain")
