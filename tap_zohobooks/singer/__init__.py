"""Singer messages, state, and the scheduling of partitions."""
