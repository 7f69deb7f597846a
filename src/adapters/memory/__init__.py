"""Fakes of every port that keep everything in memory: for tests, first steps and embedding."""
