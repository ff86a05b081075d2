"""Whole runs through processes, loaders, databases and terminals."""
