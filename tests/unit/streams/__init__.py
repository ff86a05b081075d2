"""Tests of tap_zohobooks.streams."""
