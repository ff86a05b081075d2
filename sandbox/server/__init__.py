"""The double over HTTP, and as a transport for `requests`."""
