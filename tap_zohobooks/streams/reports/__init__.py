"""Kinds of stream that read reports: whole periods, in each accounting basis."""
