"""What an answer of a report means: periods, trees, postings; no I/O."""
