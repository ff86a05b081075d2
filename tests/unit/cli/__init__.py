"""Tests of tap_zohobooks.cli."""
