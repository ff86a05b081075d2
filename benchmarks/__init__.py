"""Measurements behind what the documentation claims."""
