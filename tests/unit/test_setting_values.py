"""A value is accepted if it can mean only one thing, and refused without being repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.regions import REGIONS, Region
from tap_zohobooks.setting_values import convert
from tap_zohobooks.settings import SCHEMA, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = sorted(SCHEMA["properties"])
OBJECT = {"type": ["object", "null"]}

ACCEPTED: dict[str, dict[Any, Iterable[Any]]] = {
    "region": {
        "us": ("com", ".com", "US", " us\n", "zoho.com", "https://www.zohoapis.com", "USA"),
        "au": ("com.au", "zoho.com.au", "https://books.zoho.com.au/app", "Australia"),
        "cn": ("com.cn", "https://accounts.zoho.com.cn/"),
        "eu": ("EU ", "zoho.eu", "accounts.zoho.eu", "https://www.zohoapis.eu/books/v3", "Europe"),
        "in": ("in", "zoho.in", "India"),
        "ca": ("zohocloud.ca", "https://accounts.zohocloud.ca", "CA"),
        "uk": ("GB", "zoho.uk"),
        "auto": ("AUTO", "'auto'"),
    },
    "page_size": {50: ("50", " 50 ", 50.0, "50.0", "+50", '"50"')},
    "request_timeout": {2.5: ("2.5", 2.5, "25e-1"), 60.0: (60, "60.", "6e1")},
    "flatten_custom_fields": {True: ("true", "Yes", 1, "on"), False: ("FALSE", "no", 0, "off")},
    "client_secret": {"a\N{SNOWMAN}": (" a\N{SNOWMAN}", "\ufeffa\N{SNOWMAN}\u200b\r\n", "'a☃'")},
    "token_cache": {"off": (False, "OFF", "off "), "~/x": ("~/x ",)},
    "accounts_url": {"https://a.example": ("https://a.example/", "https://a.example/oauth/v2/token")},
    "api_url": {"https://a.example": ("https://a.example/books/v3/", " https://a.example ")},
    "on_quota_exhausted": {"fail": ("FAIL",)},
    "grant_type": {"client_credentials": ("Client Credentials", "client-credentials")},
    "start_date": {
        "2026-01-31T00:00:00+00:00": (
            "2026-01-31", "20260131", 20260131, "2026/01/31", "31 Jan 2026", "January 31, 2026",
            "31-Jan-2026", "2026-01-31T05:30:00+05:30", "2026-01-31 00:00", "2026-01-31T00Z",
        ),
        "2026-01-01T00:00:00+00:00": ("2026", "2026-01", 2026),
        "0001-01-01T00:00:00+00:00": ("0001-01-01T00:00:00Z",),
    },
    "report_start_date": {"2026-01-31": ("2026-01-31", "31 Jan 2026", "2026-01-31T10:00:00Z")},
}  # fmt: skip
CASES = [(name, value, wanted) for name, forms in ACCEPTED.items()
         for wanted, values in forms.items() for value in values]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "wanted"), CASES, ids=[str(place) for place in range(len(CASES))]
)
def test_accepted(name: str, value: object, wanted: object) -> None:
    """Each form becomes the one value that it can mean."""
    assert convert(name, value, SCHEMA["properties"][name]) == wanted


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
def test_regions_by_their_hosts(region: Region) -> None:
    """Both hosts of a data center mean it."""
    for text in (region.name, region.accounts_url, region.api_url.upper()):
        assert convert("region", text, SCHEMA["properties"]["region"]) == region.name


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (60000000001, ["60000000001"]),
        ([60000000001, "60000000002 "], ["60000000001", "60000000002"]),
        ("60000000001", ["60000000001"]),
        ("1, 2;3\n4 5", ["1", "2", "3", "4", "5"]),
        ('["1", 2]', ["1", "2"]),
        (6e10, ["60000000000"]),
        (["1,2", "1"], ["1", "2"]),
        ([], []),
        ("[]", []),
        ([""], []),
    ],
)
def test_ids(value: object, ids: list[str]) -> None:
    """Ids are numbers in a list or in a text, with anything between."""
    assert convert("organization_ids", value, SCHEMA["properties"]["organization_ids"]) == ids


WRONG: dict[str, tuple[Any, ...]] = {
    "region": ("mars", "zoho.com.example", "zoho.example", "co", 7, ["us"], "us eu"),
    "organization_ids": ("Acme", [None], True, [1.5], -5, {"a": 1}, "1/2", "\uff11\uff12"),
    "page_size": ("1e2", "5.5", "five", True, [5], "1_000", "0x10", "5 0", float("inf")),
    "request_timeout": ("nan", "inf", float("nan"), float("inf"), 10**400, True, "1,5", [1], "1_0"),
    "flatten_custom_fields": ("treu", 2, "y e s", []),
    "client_secret": ("a b", "a\tb", "a\x00b", "a\ud800", 12345, ["a"], "a\u200bb", "a\xa0b"),
    "access_token": ("täken",),
    "user_agent": ("täp", "a\r\nb", 5),
    "token_cache": ("a\x00", True, 5, "\udcff"),
    "api_url": (5, "https://a\x7f"),
    "on_quota_exhausted": ("cry", 5),
    "start_date": (
        "soon", "now", "P3D", "01/02/2026", "2026-02-30", "2026-13-01", 1767225600, "202601",
        "10:00", True, ["2026-01-01"], "2026-01-01/2026-02-01", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "31 Jan 99999", "2026-01-31T25:00:00Z",
    ),
    "report_end_date": ("soon",),
}  # fmt: skip
REFUSED = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(
    ("name", "value"), REFUSED, ids=[str(place) for place in range(len(REFUSED))]
)
def test_refused(name: str, value: object) -> None:
    """A value that means nothing, or several things, is refused by its setting's name."""
    (error,) = normalize({name: value}, SCHEMA).values()
    assert str(error).startswith(f"Setting '{name}' is wrong: it ")
    if isinstance(value, str) and len(value) > 3:
        assert value not in str(error).replace("2026-01-31T00:00:00Z", "")


@pytest.mark.parametrize("blank", ["", "  ", "\n", '""', "' '", None], ids=list("abcdef"))
@pytest.mark.parametrize("name", NAMES)
def test_blanks(name: str, blank: str | None) -> None:
    """A blank setting is one that is not set."""
    config = {name: blank}
    assert normalize(config, SCHEMA) == {}
    assert config == {}


def test_objects() -> None:
    """An object may be JSON in a text; other types are left to the schema."""
    assert convert("stream_maps", '{"a": {}}', OBJECT) == {"a": {}}
    assert convert("stream_maps", 5, OBJECT) == 5
    assert convert("unknown", 5, {}) == 5
    for text in ("{", '{"a": NaN}', "[" * 100_000, '{"a":' * 200 + "1" + "}" * 200):
        with pytest.raises(ValueError, match=r"it "):
            convert("stream_maps", text, OBJECT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(name=st.sampled_from(NAMES), value=JSON)
def test_any_value(name: str, value: object) -> None:
    """Any value of JSON is converted or refused, and a converted one stays as it is."""
    config = {name: value}
    if not normalize(config, SCHEMA):
        again = dict(config)
        assert normalize(again, SCHEMA) == {}
        assert again == config
