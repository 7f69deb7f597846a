"""``python -m tresen`` is the command ``tresen``."""

from .bootstrap.cli import main

main()
