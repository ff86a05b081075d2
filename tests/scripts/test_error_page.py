"""What docs/errors.md says of the service's answers is what becomes of them."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks import errors, pages
from tap_zohobooks.errors import TapError
from tap_zohobooks.http.responses import Success, classify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Service

    Make = Callable[..., Service]


@pytest.mark.parametrize(("status", "code", "message"), pages.ANSWERS)
def test_an_answer_leads_to_its_error(service: Make, status: int, code: int, message: str) -> None:
    """A list that always answers so ends the run with the error of its row, or is skipped."""
    place = service(organizations=1)
    place.world.refuse("bills", status, code, message)
    run = place.run(["bills"], max_wait_seconds=0)
    kind = classify(status, {}, json.dumps({"code": code, "message": message}).encode())
    _, reason = pages.after(kind)
    if reason is None:
        assert run.failure is None
        assert run.tap.sync_context.stats.skipped.keys() == {("bills", *place.organizations)}
    else:
        assert isinstance(run.failure, TapError)
        assert run.failure.name == reason.title


def test_a_success_is_no_trouble() -> None:
    """What is no trouble leads to no error."""
    with pytest.raises(AssertionError, match="no trouble"):
        pages.after(Success({}))


def kinds(kind: type[TapError] = TapError) -> Iterator[str]:
    """Yield the names of a kind of error and of all below it."""
    yield kind.__name__
    for one in kind.__subclasses__():
        yield from kinds(one)


def test_errors_come_from_the_table() -> None:
    """Without a row are made only those that always somebody catches, and what ends a wait."""
    known, made = set(kinds()), Counter[str]()
    for file in Path(errors.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(name)) if name in known:
                    made[name] += 1
    assert made.keys() - {"AccessDenied", "NoSuchPath", "NotFound", "NotInPlan"} == {"TapError"}
    assert made["TapError"] == 1


def test_several_errors_are_one(service: Make) -> None:
    """Settings that are wrong are all named, each next step and name once."""
    settings: dict[str, Any] = {"page_size": 500, "region": "mars", "client_id": ""}
    with pytest.raises(TapError) as raised:
        service().tap(**settings)
    text = str(raised.value)
    for name in settings:
        assert f"'{name}'" in text
    assert text.count("Set it right") == 1
    assert text.endswith(("[setting-wrong, setting-missing]", "[setting-missing, setting-wrong]"))
