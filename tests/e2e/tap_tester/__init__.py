"""The canonical suites of Singer taps, over every stream.

They see what a user sees: the command line, its messages, docs/streams.md; nothing of the package.
"""
