"""Entities to rows and back, by position in the order of the tables' columns.

A row to write is a tuple with every column, the derived ones too; a row that was read has the entity's columns only.
Explicit and unrolled because a sync maps a hundred thousand of them.
"""
