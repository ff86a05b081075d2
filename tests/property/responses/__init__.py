"""Responses that are changed at random, and what of them no reader could notice."""
