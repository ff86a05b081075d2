"""A message of the service is shown, and no name that it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.cli.wording import hide_names


@pytest.mark.parametrize(
    "text",
    [
        "This feature has not been enabled for your organization.",
        "Your trial of Zoho Books is over. Please upgrade to a paid plan to access your data"[:66],
        "You are not authorized to perform this operation",
        "Invalid value passed for last_modified_time",
        "Status.All", "AccountType.Active", "Type.DebitNote", "PaymentMode.All", "TransactionDate",
    ],
)  # fmt: skip
def test_words_of_the_service_are_shown(text: str) -> None:
    """What the service says by itself is readable."""
    assert hide_names(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Contact Harbour & Pine does not exist.", "Contact Xxxxxxx ? Xxxx does not exist."),
        ("Invoice INV-0042 of 4711", "Invoice XXX-0000 of 0000"),
        ("robin@example.com", "xxxxx?xxxxxxx.xxx"),
        ("Status.Harbour", "Status.Xxxxxxx"),
        ("CustomView_Robin", "XxxxxxXxxx_Xxxxx"),
        ("Kunde Müller ist gesperrt", "Xxxxx Xxxxxx xxx xxxxxxxx"),
        ("組織 €5", "xx ?0"),
    ],
)
def test_names_are_hidden(text: str, shown: str) -> None:
    """Any other word, number or mark is shown as its shape."""
    assert hide_names(text) == shown


@given(st.lists(st.from_regex(r"([bdfgjkqwz]{4,9}|[0-9]+|[äöü€@&]+)", fullmatch=True)))
def test_nothing_else_is_shown(parts: list[str]) -> None:
    """A text without a word of the service is shown as shapes only."""
    assert set(hide_names(" ".join(parts))) <= set("x0? ")
