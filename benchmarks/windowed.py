"""The tap with a window of another length than a minute: `python -m benchmarks.windowed 5 ...`."""

from __future__ import annotations

import sys

from tap_zohobooks.tap import TapZohoBooks

if __name__ == "__main__":
    TapZohoBooks.window = float(sys.argv.pop(1))
    TapZohoBooks.cli()
