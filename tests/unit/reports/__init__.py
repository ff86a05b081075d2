"""Tests of tap_zohobooks.reports."""
