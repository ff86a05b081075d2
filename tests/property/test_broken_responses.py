"""Responses by which rows were lost or a run broke once, told again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.property.responses.changes import Change, Content
from tests.property.responses.checks import check
from tests.property.responses.scene import Scene, build_scene

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Return services whose responses are changed."""
    with build_scene() as scene:
        yield scene


def replace_row(place: int, value: object) -> Change:
    """Return the change of a row, by its place on its page."""
    return Content((2, place), "set", value, "", "")


LISTS = ("keyset", "sorts only", "filters only", "neither", "documents", "bulk")


@pytest.mark.parametrize("has_state", [False, True])
@pytest.mark.parametrize("row", [None, {"name": "of no key, at no time"}], ids=str)
@pytest.mark.parametrize("name", LISTS)
def test_what_is_no_row(scene: Scene, name: str, row: object, *, has_state: bool) -> None:
    """The bookmark passes no place of a list that held no row: it may have been of any time."""
    for request in range(2, scene.requests[name, has_state]):
        for place in (0, 1, 2):
            check(scene, name, {request: [replace_row(place, row)]}, has_state=has_state)


@pytest.mark.parametrize("number", ["1e999999", "-1.5e-400"])
@pytest.mark.parametrize("name", LISTS)
def test_an_id_out_of_range(scene: Scene, name: str, number: str) -> None:
    """A number that is kept as text is no id: the bookmark waits for the row."""
    for request in range(2, scene.requests[name, False]):
        change = Content((2, 0, 0), "raw", None, number, "")
        check(scene, name, {request: [change]}, has_state=False)
