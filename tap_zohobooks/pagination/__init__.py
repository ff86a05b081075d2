"""One list, read without losing a row."""
