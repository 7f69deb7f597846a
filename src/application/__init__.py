"""Use cases: load, ask the domain, save. No rules of their own, no frameworks, no provider's name."""
