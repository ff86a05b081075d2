"""The list of broken rules fits the code that it breaks."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

import mutants
import mutations
from mutations import MUTATIONS, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

RUFF = Path(sys.executable).with_name("ruff")
NO_PROGRAM = "E9,F821,TC004"  # errors of syntax, names that are not there when it runs
pytestmark = pytest.mark.fast
NAME = "module_with_a_broken_rule"
SAMPLE = """
from dataclasses import dataclass
from functools import cached_property

def double(number: int) -> int:
    return 2 * number

def numbers():
    yield 1
    yield 2
    return "end"

@dataclass(frozen=True, slots=True)
class Frozen:
    number: int

    def is_more(self, other: int) -> bool:
        return self.number > other

    @property
    def half(self) -> float:
        return self.number / 2

class Plain:
    @staticmethod
    def triple(number: int) -> int:
        return 3 * number

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @cached_property
    def four(self) -> int:
        return 4
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for a broken module, which is forgotten afterwards."""
    yield tmp_path
    sys.modules.pop(NAME, None)


def load(mutation: Mutation, folder: Path, root: Path = mutants.ROOT) -> ModuleType:
    """Import a module with its rule broken, beside the sound one."""
    file = folder / "broken.py"
    file.write_text(mutants.break_rule(mutation, root), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    return module


def find(module: ModuleType, path: str) -> FunctionType:
    """Return a function as it stands in its module or class, without what makes it an attribute."""
    *owners, name = path.split(".")
    owner: Any = module
    for one in owners:
        owner = getattr(owner, one)
    function = vars(owner)[name]
    match function:
        case property() as read:
            function = read.fget
        case functools.cached_property() as read:
            function = read.func
        case staticmethod() | classmethod() as method:
            function = method.__func__
    assert isinstance(function, FunctionType)
    return function


def break_sample(path: str, change: str, folder: Path) -> ModuleType:
    """Import the sample with one of its functions replaced."""
    (folder / "sample.py").write_text(SAMPLE, encoding="utf-8")
    return load(Mutation("", f"sample:{path}", change, ()), folder, folder)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.rule)
def test_a_rule_can_be_broken(mutation: Mutation, folder: Path) -> None:
    """The function that keeps a rule exists, and is another one in the module that breaks it."""
    function = find(load(mutation, folder), mutation.function.partition(":")[2])
    assert function.__code__.co_name == "call"
    assert (
        inspect.unwrap(function).__name__ == mutation.function.rpartition(".")[2].rpartition(":")[2]
    )
    assert all((mutants.ROOT / test).is_file() for test in mutation.tests)
    assert mutation.tests


def test_rules_are_broken_where_they_are_written() -> None:
    """No class is broken in a module that only imports it: it would stay broken for other tests."""
    for mutation in MUTATIONS:
        name, _, path = mutation.function.partition(":")
        owner = getattr(importlib.import_module(name), path.partition(".")[0])
        assert owner.__module__ == name, mutation.function


def test_changes_name_what_there_is(tmp_path: Path) -> None:
    """What takes the place of a function is a program, and uses names that its module has."""
    for number, mutation in enumerate(MUTATIONS):
        (tmp_path / f"{number}.py").write_text(mutants.break_rule(mutation), encoding="utf-8")
    command = [str(RUFF), "check", "--isolated", "--no-cache", f"--select={NO_PROGRAM}",
               str(tmp_path)]  # fmt: skip
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [*tmp_path.glob("*.py")]


def test_a_rule_is_listed_once() -> None:
    """No rule is broken twice in the same way, or under the same words."""
    assert len({one.rule for one in MUTATIONS}) == len(MUTATIONS)
    assert len({(one.function, one.change) for one in MUTATIONS}) == len(MUTATIONS)


def test_a_function_is_replaced(folder: Path) -> None:
    """A function of a module returns what the change makes of its result."""
    assert break_sample("double", mutations.result("value + 1"), folder).double(4) == 9
    assert break_sample("double", mutations.argument(0), folder).double(4) == 4
    assert break_sample("double", mutations.NOTHING, folder).double(4) is None


def test_a_generator_is_replaced(folder: Path) -> None:
    """The items of a generator change, and what it returns stays."""
    change = mutations.result("convert(value, lambda item: -item)")
    items = break_sample("numbers", change, folder).numbers()
    assert [next(items), next(items)] == [-1, -2]
    with pytest.raises(StopIteration, match="end"):
        next(items)


def test_methods_are_replaced(folder: Path) -> None:
    """Methods of any kind are replaced, those of a frozen class with slots among them."""
    frozen = break_sample("Frozen.is_more", mutations.NEGATED, folder).Frozen(3)
    assert not frozen.is_more(2)
    assert break_sample("Frozen.half", mutations.result("value + 1"), folder).Frozen(3).half == 2.5
    assert break_sample("Plain.triple", mutations.ALWAYS_TRUE, folder).Plain.triple(1) is True
    assert break_sample("Plain.name", mutations.ALWAYS_FALSE, folder).Plain.name() is False
    plain = break_sample("Plain.four", mutations.result("value + 1"), folder).Plain()
    assert plain.four == plain.four == 5


@pytest.mark.parametrize("path", ["triple", "Plain.double", "Frozen.number_of"])
def test_a_function_that_is_gone_is_an_error(path: str, folder: Path) -> None:
    """A name that the module or the class does not hold is no rule that could be broken."""
    with pytest.raises(KeyError, match=re.escape(repr(path.rpartition(".")[2]))):
        break_sample(path, mutations.NOTHING, folder)


def test_a_change_that_does_not_fit_finds_nothing(folder: Path) -> None:
    """A change that fails by itself ends the process: no test has noticed the rule."""
    (folder / "sample.py").write_text(SAMPLE, encoding="utf-8")
    wrong = Mutation("", "sample:double", "lambda original, number: number.no_such_name", ())
    broken = folder / "broken.py"
    broken.write_text(mutants.break_rule(wrong, folder) + "double(1)\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(broken)], check=False, capture_output=True)
    assert done.returncode == 70
    assert b"no_such_name" in done.stderr


def test_no_rule_is_no_success() -> None:
    """Words that select no rule prove nothing."""
    assert mutants.main(["no such rule"]) == 1
