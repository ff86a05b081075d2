"""What docs/errors.md says of the service's responses is what happens."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks import errors
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import TapError
from tap_zohobooks.http.responses import NO_JSON, RULES, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Service

    Make = Callable[..., Service]

RESPONSES = (
    (400, 2, "Invalid value passed"),
    (400, 4, "Invalid value passed"),
    (400, 8, "This is not available in your plan"),
    (400, 15, "any other"),
    (400, 15, "The date range is too large. Please reduce it."),
    (400, 99, "Your trial of Zoho Books is over."),
    (400, 1002, "No such invoice"),
    (400, 2006, "The order does not exist."),
    (400, 6041, "This user is not associated with the CompanyID"),
    (400, 9017, "This user is not associated with the CompanyID"),
    (400, 103001, "The trial is over."),
    (401, 14, "Invalid value passed for authtoken"),
    (401, 57, "You are not authorized to perform this operation"),
    (403, 57, "You are not authorized to perform this operation"),
    (404, 5, "Invalid URL Passed"),
    (404, 1002, "Invoice does not exist"),
    (429, 43, "Blocked for some time"),
    (429, 44, "Too many calls a minute"),
    (429, 45, "Too many calls a day"),
    (429, 99, "Too many calls"),
    (429, 1070, "Too many calls at the same time"),
    (500, 1000, "Internal Error"),
)


@pytest.mark.parametrize(("status", "code", "message"), RESPONSES)
def test_a_response_leads_to_its_error(service: Make, status: int, code: int, message: str) -> None:
    """A list with always this response ends the run with the error of its row, or is skipped."""
    place = service(organizations=1)
    place.world.refuse("bills", status, code, message)
    run = place.run(["bills"], max_wait_seconds=0)
    error = fail(status, code, message).rule.error
    if isinstance(error, Reason):
        assert isinstance(run.failure, TapError)
        assert run.failure.name == error.title
    else:
        assert run.failure is None
        assert run.tap.sync_context.stats.skipped.keys() == {("bills", *place.organizations)}


def test_each_row_has_a_response() -> None:
    """Of the rows about JSON that the service sends, each is tried."""
    tried = [fail(*one).rule for one in RESPONSES]
    assert [rule for rule in RULES if rule not in tried and list(rule.codes) != [NO_JSON]] == []


def kinds(kind: type[TapError] = TapError) -> Iterator[str]:
    """Yield the names of a kind of error and of all below it."""
    yield kind.__name__
    for one in kind.__subclasses__():
        yield from kinds(one)


def test_errors_come_from_the_table() -> None:
    """Only errors that are always caught, and the end of a wait, have no row."""
    known, made = set(kinds()), Counter[str]()
    for file in Path(errors.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(name)) if name in known:
                    made[name] += 1
    assert made.keys() - {"AccessDenied", "NoSuchPath", "NotFound", "NotInPlan"} == {"TapError"}
    assert made["TapError"] == 1


def test_each_error_is_given_its_facts() -> None:
    """A call of `Reason.NAME.error` gives what is in braces in the row, and nothing else."""
    checked = 0
    for file in Path(errors.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=ast.Name("Reason"), attr=name), attr="error"
                    )
                ):
                    row = Reason[name]
                    facts = set(re.findall(r"{(\w+)}", row.found + row.next_step))
                    assert {one.arg for one in node.keywords} == facts, f"{file}: {name}"
                    checked += 1
    assert checked > 50


def test_several_errors_are_one(service: Make) -> None:
    """Settings that are wrong are all named, each next step and name once."""
    settings: dict[str, Any] = {"page_size": 500, "region": "mars", "client_id": ""}
    with pytest.raises(TapError) as raised:
        service().tap(**settings)
    text = str(raised.value)
    for name in settings:
        assert f"'{name}'" in text
    assert text.count("Correct it") == 1
    assert text.endswith(("[setting-wrong, setting-missing]", "[setting-missing, setting-wrong]"))
