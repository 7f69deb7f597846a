"""Tresen: keeps a service business's systems in step. Embed ``tresen.domain`` and ``tresen.application``."""
