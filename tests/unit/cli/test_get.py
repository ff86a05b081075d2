"""`zohobooks get`: which paths it takes, what it prints, and what it hides."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.cli.get import parse_params, parse_path, read_all_pages, refuse_file
from tap_zohobooks.errors import ConfigError, ServiceError
from tests.unit.cli.test_main import Desks, desk, last_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Request, Response
    from tests.conftest import Service

__all__ = ["desk"]  # a fixture
HOST = "https://www.zohoapis.eu"
FIRST, SECOND = "927270289", "60012345678"

decode = msgspec.json.Decoder(float_hook=Decimal).decode


@pytest.mark.parametrize(
    ("text", "path", "pairs"),
    [
        ("invoices", "invoices", []),
        ("/invoices/", "invoices", []),
        ("books/v3/invoices/12", "invoices/12", []),
        ("/books/v3/settings/taxes?page=2&per_page=", "settings/taxes", ["page=2", "per_page="]),
        (f"{HOST}/books/v3/contacts?a=%20b", "contacts", ["a= b"]),
        ("reports/profitandloss", "reports/profitandloss", []),
        ("booksellers", "booksellers", []),
    ],
)
def test_paths_are_taken(text: str, path: str, pairs: list[str]) -> None:
    """A path may begin with /books/v3 or the API host, and have parameters behind it."""
    assert parse_path(text, lambda: HOST) == (path, pairs)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "/", "?page=1", "books/v3", "/books/v3/", "..", "../oauth", "invoices/..",
        "a/./b", "a/%2E%2e/b", "a/.%2e", "...", "a/..?x=1", "//evil.example/x", "/books/v3//x",
        "https://evil.example/books/v3/invoices", "https:evil.example", "http:/x",
        f"{HOST}.evil.example/books/v3/invoices", f"{HOST}@evil.example/books/v3/invoices",
        f"{HOST}/oauth/v2/../invoices", "in\nvoices", "invoices\n", "invoices\0", "in voices",
        "invoices?x=\ny", "a\\b", "a%2fb", "invoices#x", "invoices?a=1#x", "café", "a\u200bb",
        "a\u202eb", "\x85", "invoices;x",
    ],
)  # fmt: skip
def test_paths_are_refused(text: str) -> None:
    """Another host, a way upwards, blanks and control characters are no path of the service."""
    with pytest.raises(ConfigError, match=r"\[path-wrong\]$"):
        parse_path(text, lambda: HOST)


@given(st.text(max_size=30))
def test_no_path_leaves_the_api(text: str) -> None:
    """Whatever is given, a path that is taken has plain parts only."""
    try:
        path, _ = parse_path(text, lambda: HOST)
    except ConfigError:
        return
    assert path.isascii()
    for part in path.split("/"):
        assert part.strip(".")
        assert not set(part) & set("%\\#?")


@pytest.mark.parametrize("pairs", [["page"], ["=1"], [" =1"], ["page=1", "page=1"]])
def test_parameters_are_refused(pairs: list[str]) -> None:
    """A parameter has a name, and one value."""
    with pytest.raises(ConfigError, match=r"\[parameter-wrong\]$"):
        parse_params(pairs)


def test_parameters_are_taken() -> None:
    """A value may hold anything, and be blank."""
    assert parse_params(["a=b=c", "d="]) == {"a": "b=c", "d": ""}


def test_numbers_are_printed_as_they_came(desk: Desks) -> None:
    """Amounts keep their zeros, and one call is made."""
    one = desk(organizations=1)
    result = one.run("get", "/books/v3/invoices?per_page=2")
    assert result.exit_code == 0, result.stderr
    rows = one.world.rows(FIRST, "invoices")
    totals = {row["invoice_id"]: str(row["total"]) for row in rows}
    printed = decode(result.stdout)["invoices"]
    assert [str(row["total"]) for row in printed] == [totals[row["invoice_id"]] for row in printed]
    assert len(printed) == 2
    calls = [call for call in one.world.log if call.organization_id]
    assert [(call.method, call.path, call.params["per_page"]) for call in calls] == [
        ("GET", "/books/v3/invoices", "2")
    ]


@pytest.mark.parametrize("words", [["--organization", SECOND], ["-p", f"organization_id={SECOND}"]])
def test_the_organization_is_chosen(desk: Desks, words: list[str]) -> None:
    """An option or a parameter names it; else it is the first, and standard error says so."""
    one = desk(organizations=2)
    assert one.run("get", "taxes", *words).exit_code == 1  # there is no such path
    assert one.run("get", "settings/taxes", *words).exit_code == 0
    assert {call.organization_id for call in one.world.log} == {SECOND}
    result = one.run("get", "settings/taxes", organization_ids=json.dumps([FIRST, SECOND]))
    assert f"Organization {FIRST} is read, the first of 2" in result.stderr
    assert one.world.log[-1].organization_id == FIRST


def test_two_organizations_contradict(desk: Desks) -> None:
    """A parameter and an option that name different organizations are refused."""
    words = (f"settings/taxes?organization_id={FIRST}", "--organization", SECOND)
    result = desk().run("get", *words)
    assert (result.exit_code, "[parameter-wrong]" in last_line(result)) == (78, True)


def test_the_organizations_need_none(desk: Desks) -> None:
    """The list of organizations is requested without one."""
    one = desk()
    result = one.run("get", "organizations")
    assert len(decode(result.stdout)["organizations"]) == 2
    assert [call.organization_id for call in one.world.log] == [""]


@pytest.mark.parametrize(
    ("answer", "code", "name"),
    [
        ((400, 9001, "This feature has not been enabled."), 1, "not-available"),
        ((400, 2, "Invalid value passed for page"), 1, "not-available"),
        ((404, 5, "Invalid URL Passed"), 1, "not-available"),
        ((401, 57, "You are not authorized"), 77, "scope-missing"),
        ((429, 45, "The API call exceeded"), 75, "quota-reached"),
        ((400, 6041, "This user is not associated"), 78, "organization-closed"),
    ],
)
def test_refusals_have_their_code(
    desk: Desks, answer: tuple[int, int, str], code: int, name: str
) -> None:
    """A refusal ends with the exit code of the table, and nothing is printed as a result."""
    one = desk(organizations=1)
    one.world.refuse("bankaccounts", *answer)
    result = one.run("get", "bankaccounts")
    assert (result.exit_code, result.stdout) == (code, "")
    assert f"[{name}]" in last_line(result)
    if code == 77:
        assert "ZohoBooks.banking.READ" in last_line(result)


@pytest.mark.parametrize("mask", [[], ["--mask"]])
def test_all_pages_are_one_document(desk: Desks, mask: list[str]) -> None:
    """The rows of all pages are printed, each once, and the context is that of the last page."""
    one = desk(organizations=1, rows=450)
    result = one.run("get", "invoices", "--all-pages", *mask)
    printed = decode(result.stdout)
    keys = {row["invoice_id"] for row in printed["invoices"]}
    assert len(keys) == len(printed["invoices"]) == 450
    assert (keys == one.world.ids(FIRST, "invoices")) == (not mask)
    assert printed["page_context"]["has_more_page"] is False
    assert one.world.meters[FIRST].used == 3


def test_a_first_page_beside_all(desk: Desks) -> None:
    """--all-pages and a page contradict each other."""
    result = desk(organizations=1).run("get", "invoices?page=2", "--all-pages")
    assert (result.exit_code, "[parameter-wrong]" in last_line(result)) == (78, True)


def test_a_list_without_an_end(service: Callable[..., Service]) -> None:
    """A list that says that more follows, and repeats its rows, ends with an error."""
    one = service(organizations=1, rows=3)
    client = one.quiet_tap().client
    pages: list[int] = []

    def note(_: object, request: Request) -> None:
        pages.append(int(request.params.get("page", 1)))

    one.world.before_call.append(note)
    write = one.world.answer

    def answer(request: Request) -> Response:
        response = write(request)
        response.body = response.body.replace(b'"has_more_page":false', b'"has_more_page":true')
        return response

    one.world.answer = answer  # type: ignore[method-assign]
    with pytest.raises(ServiceError, match=r"\[list-never-ends\]$"):
        read_all_pages(client, "invoices", {}, FIRST)
    assert pages == [1, 2, 3, 4]


def test_a_mask_hides_the_whole_sandbox(desk: Desks) -> None:
    """No id, name, text or amount of a list is printed with --mask, in a value or as a key."""
    one = desk(organizations=1, rows=3)
    for path in ("invoices", "contacts", "items", "bills", "users", "chartofaccounts"):
        result = one.run("get", path, "--all-pages", "--mask")
        assert result.exit_code == 0, result.stderr
        printed = decode(result.stdout)
        texts, keys = "\n".join(scalars_of(printed)), keys_of(printed)
        rows = one.world.rows(FIRST, path)
        assert rows
        for row in rows:
            assert [one for one in scalars_of(row) if is_rare(one) and one in texts] == []
            assert [name for name in keys_of(row) & keys if name.startswith("cf_")] == []


def is_rare(text: str) -> bool:
    """Tell whether a masked value is hardly the same by chance: short numbers may be."""
    return len(text) > (5 if any(map(str.isalpha, text)) else 8)


def scalars_of(value: object) -> list[str]:
    """Return the texts and amounts that a value holds."""
    match value:
        case dict():
            return [one for held in value.values() for one in scalars_of(held)]
        case list():
            return [one for held in value for one in scalars_of(held)]
        case str() | Decimal() if any(map(str.isalnum, str(value))):
            return [str(value)]
    return []


def keys_of(value: object) -> set[str]:
    """Return the keys of all objects that a value holds."""
    match value:
        case dict():
            return set(value).union(*map(keys_of, value.values()))
        case list():
            return set().union(*map(keys_of, value))
    return set()


def test_blank_is_no_organization(desk: Desks) -> None:
    """A blank --organization is refused, and not taken for the first."""
    assert desk().run("get", "invoices", "--organization", " ").exit_code == 78


@pytest.mark.parametrize(
    ("headers", "is_file"),
    [
        ({"Content-Type": "application/pdf"}, True),
        ({"Content-Type": "text/csv"}, True),
        ({"Content-Type": "Application/JSON;charset=UTF-8"}, False),
        ({"Content-Type": "application/problem+json"}, False),
        ({"Content-Type": "text/plain", "Content-Disposition": "Attachment; filename=x"}, True),
        ({"Content-Type": "text/html"}, False),
        ({}, False),
    ],
)
def test_files_are_refused(headers: dict[str, str], *, is_file: bool) -> None:
    """A response is a file by its type or its disposition; pages of proxies are not."""
    response = requests.Response()
    response.status_code, response.url = 200, f"{HOST}/books/v3/documents/1?x=2"
    response.headers.update(headers)
    response.raw = BytesIO()
    if is_file:
        with pytest.raises(ServiceError, match=r"'documents/1' is a file.*\[file-returned\]$"):
            refuse_file(response)
    else:
        refuse_file(response)
    response.status_code = 404
    refuse_file(response)


def test_a_list_that_does_not_say_whether_more_follows(desk: Desks) -> None:
    """With --all-pages a response without a context is printed, and standard error says so."""
    result = desk(organizations=1).run("get", "organizations", "--all-pages")
    assert "does not state whether more pages follow" in result.stderr
    assert len(decode(result.stdout)["organizations"]) == 1


def test_a_list_beside_another_value(service: Callable[..., Service]) -> None:
    """Rows are added also under a key that was blank on the first page."""
    one = service(organizations=1, rows=3)
    client = one.quiet_tap().client
    pages = iter([
        b'{"code":0,"a":"","b":[1],"page_context":[{"has_more_page":true}]}',
        b'{"code":0,"a":[2],"b":[3],"page_context":{"has_more_page":false}}',
    ])  # fmt: skip
    write = one.world.answer

    def answer(request: Request) -> Response:
        response = write(request)
        if request.path.endswith("/invoices"):
            response.body = next(pages)
        return response

    one.world.answer = answer  # type: ignore[method-assign]
    found = read_all_pages(client, "invoices", {}, FIRST)
    assert (found["a"], found["b"]) == ([2], [1, 3])
