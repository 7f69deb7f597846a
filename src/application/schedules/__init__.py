"""Schedules: what is asked for again and again, by whom it is asked for, and how people change that."""
