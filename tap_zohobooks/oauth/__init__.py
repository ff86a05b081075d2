"""Tokens: credentials, the token endpoint, the store, and the authorization code grant."""
