"""Reports, computed from the stored legs and documents alone: no code of ``post`` is used."""
