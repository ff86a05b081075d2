"""Each promise of docs/security.md names the tests that hold it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^\| (?!Promise |--)(.+?) \| (.*) \|$", PAGE, re.MULTILINE)
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))

pytestmark = pytest.mark.fast


def test_each_promise_names_a_test() -> None:
    """A row of the page has nothing but tests in its last column."""
    assert len(PROMISES) >= 25
    for promise, names in PROMISES:
        assert re.fullmatch(r"`tests/[^`]+::\w+`(, `tests/[^`]+::\w+`)*", names), promise


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_named_test_exists(file: str, name: str) -> None:
    """The file defines the test."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_page_is_linked(page: str) -> None:
    """Users and developers find the page."""
    assert "(docs/security.md)" in (ROOT / page).read_text(encoding="utf-8")
