"""Run command lines of the tap, each in a process of its own that has the tap imported already.

`python -m tests.e2e.forks` reads a line of JSON for each (arguments, variables, folder), and writes
one for each: exit code, standard output, standard error. It has one thread, so that it may fork.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_zohobooks.tap import TapZohoBooks

ROOT = Path(__file__).parents[2]


def run_all(cases: list[dict[str, Any]]) -> list[CompletedProcess[str]]:
    """Run command lines of the tap; a case has `arguments`, `variables` and `folder`."""
    done = run(  # this module
        [sys.executable, "-m", "tests.e2e.forks"],
        input="".join(f"{json.dumps(case)}\n" for case in cases),
        stdout=-1,
        text=True,
        check=True,
        timeout=300,
        cwd=ROOT,
    )
    return [CompletedProcess(**json.loads(line)) for line in done.stdout.splitlines()]


def main() -> None:
    """Run each case of standard input."""
    from tap_zohobooks.tap import TapZohoBooks  # noqa: PLC0415  # only in the parent of all cases

    for line in sys.stdin:
        case = json.loads(line)
        folder = Path(case["folder"])
        child = os.fork()
        if child == 0:
            _become(TapZohoBooks, case, folder)
        _, status = os.waitpid(child, 0)
        found = {
            "args": case["arguments"],
            "returncode": os.waitstatus_to_exitcode(status),
            "stdout": (folder / "stdout").read_text("utf-8"),
            "stderr": (folder / "stderr").read_text("utf-8"),
        }
        sys.stdout.write(f"{json.dumps(found)}\n")
        sys.stdout.flush()


def _become(tap: type[TapZohoBooks], case: dict[str, Any], folder: Path) -> None:
    """Be the process of a case: its folder, its variables, its files; it does not return."""
    os.chdir(folder)
    os.environ.update(case["variables"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    code: object = 1
    try:
        with suppress(KeyboardInterrupt):
            tap.cli(case["arguments"])
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001  # as Python itself does at the end of a program
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
