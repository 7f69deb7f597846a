"""Wodify, the gym management system: clients, leads and memberships.

There is no public specification. What is built on here was pieced together from observed answers and community
clients; ``routes.py`` says for each route how sure that is.
"""
