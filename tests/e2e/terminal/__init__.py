"""The command `zohobooks` as a person uses it, at a terminal."""
