"""The blocks of README and docs/*.md, each run as it stands."""
