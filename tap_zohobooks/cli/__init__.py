"""The command `zohobooks`: log in, check, plan, and look around."""
