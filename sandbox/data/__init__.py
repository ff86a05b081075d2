"""Records of the organizations, and how they are seeded."""
