"""Runs the tap against Prism, a mock server that answers as Zoho's published files say."""
