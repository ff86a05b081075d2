"""Each error of the table, reached by a run or a command against the double of the service."""
