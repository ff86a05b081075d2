"""A mask keeps shapes and joins, and no value."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.cli.mask import Mask
from tap_zohobooks.transform.timestamps import to_utc

DIGIT = re.compile(r"\d")
encode = msgspec.json.Encoder(decimal_format="number").encode
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False),
    st.text(),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.text())
def test_no_letter_and_no_digit_stays(text: str) -> None:
    """Each letter and digit of a text is another one, or the text is a date of another year."""
    masked = Mask().mask_text(text)
    if any(map(str.isalnum, text)):
        assert masked != text
    assert [one.isspace() for one in masked if one in " \t"] == [
        one.isspace() for one in text if one in " \t"
    ]
    if len(masked) == len(text) and not re.match(r"c[fm]_|\d{4}-", text, re.IGNORECASE):
        same = [one for one, other in zip(text, masked, strict=True) if one == other]
        assert not any(map(str.isalnum, same))


@given(st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False)))
def test_numbers_stay_numbers(number: Decimal | int) -> None:
    """A number has another value, the same sign, and as many digits before and behind the point."""
    masked = Mask().mask_number(number)
    assert masked != number
    assert DIGIT.sub("0", str(masked).partition("E")[0]) == DIGIT.sub(
        "0", str(number).partition("E")[0]
    )
    assert msgspec.json.decode(encode(masked), type=Decimal) == masked


@given(st.dictionaries(st.text(), VALUES))
def test_any_response_can_be_masked(document: dict[str, Any]) -> None:
    """A masked response has the same structure: no entry is lost, and blank values stay."""
    masked = Mask().mask_response(document)
    assert shape_of(masked) == shape_of(document)


def shape_of(value: object) -> object:
    """Return the structure of a value without its names and values."""
    match value:
        case dict():
            return ["object", *map(shape_of, value.values())]
        case list():
            return ["list", *map(shape_of, value)]
        case str():
            return "text" if any(map(str.isalnum, value)) else "blank"
    return type(value)


def test_one_id_is_masked_alike_everywhere() -> None:
    """An id joins rows, also as a number, within a URL, and in a list of ids."""
    number = "260815000000113002"
    masked = Mask().mask_response(
        {
            "code": 0,
            "invoice_id": number,
            "account_id": int(number),
            "invoice_url": f"https://example.com/{number}?x={number}",
            "message": f"Invoice {number} was sent",
            "documents": [{"document_id": f"{number},{number}"}],
        }
    )
    same = masked["invoice_id"]
    assert same != number
    assert len(same) == len(number)
    assert str(masked["account_id"]) == same
    assert masked["invoice_url"].count(same) == 2
    assert masked["message"].split()[1] == same
    assert masked["documents"][0]["document_id"] == f"{same},{same}"


def test_two_outputs_are_masked_differently() -> None:
    """Without the key, which is not kept, no mask can be computed from a guess."""
    assert Mask().mask_text("Harbour & Pine") != Mask().mask_text("Harbour & Pine")


@pytest.mark.parametrize(
    "text", ["2026-06-09", "2026-06-09T17:15:37-0400", "2026-06-09T17:15:37Z", "1985-02-28"]
)
def test_dates_stay_dates(text: str) -> None:
    """A date is another date, and an instant another instant, in the same form."""
    masked = Mask().mask_text(text)
    assert masked != text
    assert len(masked) == len(text)
    assert to_utc(masked if "T" in masked else f"{masked}T00:00:00Z")
    assert masked < "2000"


def test_keys_that_are_data() -> None:
    """Names of custom fields and modules, and keys that hold names or ids, are masked as values."""
    masked = Mask(b"key").mask_response(
        {
            "code": 0,
            "invoices": [
                {
                    "invoice_id": "1",
                    "cf_secret_deal": "x",
                    "cf_secret_deal_unformatted": "x",
                    "customer_cf_secret_deal": "x",
                    "CF_Loud": "x",
                    "custom_fields": [{"api_name": "cf_secret_deal", "label": "Secret Deal"}],
                    "custom_field_hash": {"cf_secret_deal": "x", "status": "x"},
                    "secret_deal": 1,
                    "a_new_field": 1,
                    "460000000001": 1,
                    "Herr Müller": 1,
                    "tags": {"alice": 1, "bob": {"id": 5}},
                }
            ],
            "cm_debtor": [],
        }
    )
    text = encode(masked).decode()
    for word in ("secret", "deal", "loud", "debtor", "alice", "bob", "ller", "460000000001"):
        assert word not in text.lower()
    (row,) = masked["invoices"]
    name = row["custom_fields"][0]["api_name"]
    assert {name, f"{name}_unformatted", "a_new_field", "invoice_id"} <= row.keys()
    assert name in row["custom_field_hash"]
    assert len(row) == 12


def test_names_masked_alike_stay_apart() -> None:
    """Two keys whose masks are the same by chance both stay."""
    short = dict.fromkeys(map(chr, range(0xE0, 0xE0 + 60)), 1)
    masked = Mask().mask_response({"code": 0, "tags": short})
    assert len(masked["tags"]) == 60


def test_what_is_not_masked() -> None:
    """The code, the place among pages, and blank values are shown as they are."""
    context = {"page": 2, "per_page": 200, "has_more_page": True, "sort_column": "cf_x"}
    document = {"code": 0, "page_context": context, "a": "", "b": None, "c": [], "d": {}, "e": " "}
    masked = Mask().mask_response(document)
    assert masked["page_context"].pop("sort_column") != context.pop("sort_column")
    assert masked == document
