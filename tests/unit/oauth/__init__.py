"""Tests of tap_zohobooks.oauth."""
