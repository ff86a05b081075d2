"""Tests of tap_zohobooks.pagination."""
