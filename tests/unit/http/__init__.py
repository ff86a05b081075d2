"""Tests of tap_zohobooks.http."""
