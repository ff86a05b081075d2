"""Tests of the scripts, and of what stands around the package."""
