"""The list of broken rules fits the code that it breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mutants
from mutations import MUTATIONS, Mutation

RUFF = Path(sys.executable).with_name("ruff")
NO_PROGRAM = "E9,F821,TC004"  # errors of syntax, names that are not there when it runs
pytestmark = pytest.mark.fast


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.rule)
def test_a_rule_can_be_broken(mutation: Mutation) -> None:
    """Each rule stands where the list says, once, and what breaks it is still a program."""
    command = [str(RUFF), "check", "--isolated", f"--select={NO_PROGRAM}", "-"]
    broken = mutants.broken(mutation)
    done = subprocess.run(command, input=broken, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert all((mutants.ROOT / test).is_file() for test in mutation.tests)


def test_a_rule_that_is_gone_is_an_error() -> None:
    """Text that no file holds is no rule that could be broken."""
    with pytest.raises(ValueError, match="does not hold once"):
        mutants.broken(Mutation("none", "README.md", "no such text", "", ()))


def test_no_rule_is_no_success() -> None:
    """Words that choose no rule prove nothing."""
    assert mutants.main(["no such rule"]) == 1
