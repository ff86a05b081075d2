"""Kinds of stream, made from the rows of the resource table."""
