"""One request: what a response means, pace, retry, and the state that processes share."""
