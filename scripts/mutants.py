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
PARTS = ("pyproject.toml", "meltano.yml", "plugins", "tap_zohobooks", "sandbox", "tests", "scripts")
SEED, EXAMPLES, SHRINKING, SECONDS = "7", "400", "0", 900

# Ends a module by putting another function in the place of one of its own. If that one does not fit
# the code, no test has found anything: the process ends with 70, which no test run ends with.
REPLACEMENT = """

def _replace_function(path):
    import functools, os, sys, traceback
    from dataclasses import replace
    from datetime import datetime

    def convert(items, function):
        while True:
            try:
                item = next(items)
            except StopIteration as end:
                return end.value
            yield function(item)

    change = {change}
    begin = sys._getframe().f_code.co_firstlineno

    def wrap(original):
        @functools.wraps(original)
        def call(*args, **kwargs):
            try:
                return change(original, *args, **kwargs)
            except (AttributeError, NameError, TypeError) as error:
                frame, line = [*traceback.walk_tb(error.__traceback__)][-1]
                if frame.f_code.co_filename == __file__ and line > begin:
                    traceback.print_exc(file=sys.__stderr__)
                    os._exit(70)
                raise
        return call

    *owners, name = path.split(".")
    owner = sys.modules[__name__]
    for one in owners:
        owner = getattr(owner, one)
    match vars(owner)[name]:
        case staticmethod() | classmethod() as method:
            new = type(method)(wrap(method.__func__))
        case property() as read:
            new = property(wrap(read.fget))
        case functools.cached_property() as read:
            new = functools.cached_property(wrap(read.func))
            new.__set_name__(owner, name)
        case function:
            new = wrap(function)
    setattr(owner, name, new)

_replace_function({path!r})
"""


def find_module(function: str, root: Path = ROOT) -> Path:
    """Return the file of the module that holds a function."""
    return root.joinpath(*function.partition(":")[0].split(".")).with_suffix(".py")


def break_rule(mutation: Mutation, root: Path = ROOT) -> str:
    """Return the text of a module of which one function breaks its rule."""
    text = find_module(mutation.function, root).read_text(encoding="utf-8")
    path = mutation.function.partition(":")[2]
    return text + REPLACEMENT.format(change=mutation.change, path=path)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Tell whether all tests pass in a copy of the project that breaks the rule."""
    module = find_module(mutation.function, folder)
    before = module.read_text(encoding="utf-8")
    module.write_text(break_rule(mutation, folder), encoding="utf-8")
    try:
        return run_tests(mutation, folder)
    finally:
        module.write_text(before, encoding="utf-8")


def run_tests(mutation: Mutation, folder: Path) -> bool:
    """Run the tests of a rule in a copy of the project; tell whether all pass.

    Raises:
        RuntimeError: They could not be run, or the change does not fit the code.
    """
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
    if done.returncode not in {0, 1}:
        sys.stdout.write(done.stdout[-2000:] + done.stderr[-2000:])
        msg = (
            f"The tests of '{mutation.rule}' could not be run: pytest ended with {done.returncode}."
        )
        raise RuntimeError(msg)
    return done.returncode == 0


def main(words: Iterable[str]) -> int:
    """Return 0 if each broken rule makes a test fail."""
    wanted = [*words] or [""]
    selection = [one for one in MUTATIONS if any(word in one.rule for word in wanted)]
    alive = []
    with tempfile.TemporaryDirectory(prefix="zohobooks-mutants-") as name:
        folder = Path(name)
        for part in PARTS:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / part)
        for mutation in selection:
            is_alive = survives(mutation, folder)
            alive += [mutation.rule] * is_alive
            sys.stdout.write(f"{'SURVIVES' if is_alive else 'found   '}  {mutation.rule}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(selection) - len(alive)} of {len(selection)} broken rules are found.\n")
    return 1 if alive or not selection else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
