"""Convert rows to typed records."""
