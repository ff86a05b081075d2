#!/usr/bin/env python
"""Break rules of the tap on purpose, one at a time, and see that a test fails for each.

Usage: python scripts/mutants.py [WORD ...]   (only rules that hold one of the words)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mutations import MUTATIONS, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("pyproject.toml", "meltano.yml", "tap_zohobooks", "sandbox", "tests", "scripts")
SEED, EXAMPLES, SHRINKING, SECONDS = "7", "400", "0", 900


def broken(mutation: Mutation) -> str:
    """Return the text of a file with its rule broken.

    Raises:
        ValueError: The file does not hold the rule, or holds it more than once.
    """
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        msg = f"{mutation.file} does not hold once: {mutation.old!r}"
        raise ValueError(msg)
    return text.replace(mutation.old, mutation.new)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Tell whether all tests pass in a copy of the project that breaks the rule."""
    target = folder / mutation.file
    before = target.read_text(encoding="utf-8")
    target.write_text(broken(mutation), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutation.tests],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
                 "ZOHOBOOKS_SEED": SEED, "ZOHOBOOKS_EXAMPLES": EXAMPLES,
                 "ZOHOBOOKS_SHRINKING": SHRINKING},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )  # fmt: skip
    finally:
        target.write_text(before, encoding="utf-8")
    if done.returncode not in {0, 1}:
        sys.stdout.write(done.stdout[-2000:] + done.stderr[-2000:])
        msg = f"The tests of '{mutation.rule}' could not be run."
        raise RuntimeError(msg)
    return done.returncode == 0


def main(words: Iterable[str]) -> int:
    """Return 0 where each broken rule makes a test fail."""
    wanted = [*words] or [""]
    chosen = [one for one in MUTATIONS if any(word in one.rule for word in wanted)]
    alive = []
    with tempfile.TemporaryDirectory(prefix="zohobooks-mutants-") as name:
        folder = Path(name)
        for part in PARTS:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / part)
        for mutation in chosen:
            is_alive = survives(mutation, folder)
            alive += [mutation.rule] * is_alive
            sys.stdout.write(f"{'SURVIVES' if is_alive else 'found   '}  {mutation.rule}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - len(alive)} of {len(chosen)} broken rules are found.\n")
    return 1 if alive or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
