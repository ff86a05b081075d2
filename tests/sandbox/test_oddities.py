"""Successful responses can be made odd, one path at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Behaviour, Oddity

if TYPE_CHECKING:
    from sandbox.data.catalog import Treatment
    from tests.sandbox.client import Client


def test_rows_and_fields(client: Client) -> None:
    """Values come before the rows of the first page; fields change every n-th row."""
    client.world.oddities["users"] = Oddity(rows=[None, "x"], fields={"user_id": " "}, every=3)
    rows = client.rows("users")
    assert [str(row) for row in rows[:2]] == ["None", "x"]
    assert [row["user_id"] == " " for row in rows[2:6]] == [True, False, False, True]
    assert None not in client.rows("users", page="2")


@pytest.mark.parametrize(
    ("oddity", "document"),
    [
        ({"content": {"errors": []}}, {"code": 0, "message": "success", "errors": []}),
        ({"body": '{"a":"\ud800"}'}, None),
        ({"content": {"a": 1}, "edits": {"1}": "1e999999}"}}, None),
    ],
)
def test_content(client: Client, oddity: dict[str, Any], document: object) -> None:
    """The content, the body, or a text of it is another."""
    client.world.oddities["user*"] = Oddity(**oddity)
    body = client.call("users").body
    if document is None:
        assert b"\xed\xa0\x80" in body or body.endswith(b'"a":1e999999}')
    else:
        assert json.loads(body) == document
    assert len(client.rows("contacts")) > 1


def test_context_and_headers(client: Client) -> None:
    """Values of the context and headers are others, in one organization."""
    one = Oddity(context={"sort_column": ["x"]}, headers={"Date": "soon"}, organization_id="1")
    client.world.oddities["users"] = one
    assert client.get("users")["page_context"]["sort_column"] != ["x"]
    here = client.organization_id
    client.world.oddities["users"] = Oddity(context=one.context, headers=one.headers,
                                            organization_id=here)  # fmt: skip
    response = client.call("users")
    assert json.loads(response.body)["page_context"]["sort_column"] == ["x"]
    assert response.headers["Date"] == "soon"


@pytest.mark.parametrize("treatment", ["honoured", "ignored", "refused"])
def test_a_view_hides_rows(client: Client, treatment: Treatment) -> None:
    """A list shows a part unless all is asked for, which it may ignore or refuse."""
    every = len(client.rows("users"))
    client.world.behaviour["users"] = Behaviour(view="Status.Active", all_view=treatment)
    shown = client.get("users")
    assert shown["page_context"]["applied_filter"] == "Status.Active"
    assert 0 < len(shown["users"]) < every
    response = client.call("users", filter_by="Status.All")
    if treatment == "refused":
        assert (response.status, response.code) == (400, 2)
    else:
        found = len(json.loads(response.body)["users"])
        assert found == (every if treatment == "honoured" else len(shown["users"]))
