"""Tenants and their provider accounts."""
