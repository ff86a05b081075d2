"""Tests of tap-zohobooks."""
