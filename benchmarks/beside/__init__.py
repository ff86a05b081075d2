"""Programs that read the rows of `benchmarks.records`, each in an environment of its own."""
