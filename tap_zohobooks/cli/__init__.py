"""The command `zohobooks`: log in, check, and plan runs of the tap."""
