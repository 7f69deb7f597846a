"""Looks at both sides and decides: what is observed becomes the steps of a plan."""
