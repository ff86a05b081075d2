"""Records of the organizations: seeding, identifiers, facts, shapes."""
