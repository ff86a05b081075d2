"""Tests of tap_zohobooks.singer."""
