"""Tests of tap_zohobooks.transform."""
