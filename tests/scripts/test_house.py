"""Modules and functions are small, functions are verbs, and the language is plain."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ROOMS = ("tap_zohobooks", "sandbox", "scripts", "demo", "benchmarks")
FILES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("tests/**/*.py", "docs/*.md", "*.md")
    for path in ROOT.glob(pattern)
    if path != Path(__file__)
)
MOST_LINES, MOST_FUNCTION_LINES = 300, 30
TABLES = {Path("tap_zohobooks/resources.py"), Path("scripts/mutations.py")}

IRREGULAR = {
    "begun", "chosen", "done", "drawn", "found", "given", "gone", "held", "hidden", "kept", "known",
    "left", "lost", "made", "met", "seen", "sent", "shown", "spent", "taken", "told", "understood",
    "written",
}  # fmt: skip
TERMS = {"ordered_map"}  # what other libraries call it
NO_PARTICIPLES = {"feed", "need", "seed", "speed", "embed", "string", "thing", "heading", "bring"}
LEFT_OUT = re.compile(
    r"\b(who(m|ever)?|nobody|somebody|vouch\w*|stumbl\w*|takes? leave|heeds?|crowds?|made true)\b",
    re.IGNORECASE,
)
# A user of the operating system.
ALLOWED_WORDS = {"demo/postgres.py": {"nobody"}, "tests/unit/test_settings.py": {"nobody"}}

pytestmark = pytest.mark.fast


def is_participle(word: str) -> bool:
    """Tell whether a word of a name is a participle: regular, or one of the irregular ones."""
    return word in IRREGULAR or (
        re.search(r"[a-z]{2}(ed|ing)$", word) is not None and word not in NO_PARTICIPLES
    )


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods of a file."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def is_value(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is read like a value, or is named by a library."""
    return any(
        "property" in ast.dump(one) or "override" in ast.dump(one)
        for one in function.decorator_list
    )


def test_there_is_something_to_check() -> None:
    """The rooms hold the files that the other tests read."""
    assert len(FILES) > 100
    assert sum(1 for file in FILES for _ in functions(file)) > 1000


@pytest.mark.parametrize("word", ["told", "inspected", "checked", "waiting", "kept"])
def test_participles_are_found(word: str) -> None:
    """The words that names of functions were made of are participles."""
    assert is_participle(word)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_modules_and_functions_are_small(file: Path) -> None:
    """A module has 300 lines at most, but for tables, and a function 30."""
    lines = len((ROOT / file).read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES or file in TABLES
    long = [one.name for one in functions(file)
            if (one.end_lineno or 0) - one.lineno >= MOST_FUNCTION_LINES]  # fmt: skip
    assert long == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_functions_are_verbs(file: Path) -> None:
    """No function is named by a participle; a property is a noun, so it may be."""
    found = [one.name for one in functions(file)
             if not is_value(one) and one.name not in TERMS and not one.name.startswith("__")
             and is_participle(one.name.strip("_").split("_")[0])]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("file", [*FILES, *PAGES], ids=str)
def test_the_language_is_plain(file: Path) -> None:
    """Docstrings, comments and messages have no words without a technical meaning."""
    text = (ROOT / file).read_text(encoding="utf-8")
    allowed = ALLOWED_WORDS.get(str(file), set())
    assert {one[0].lower() for one in LEFT_OUT.finditer(text)} - allowed == set()
