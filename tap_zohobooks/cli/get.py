"""`zohobooks get`: one read of a path, printed as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tap_zohobooks.cli import terminal
from tap_zohobooks.cli.common import build_tap, choose_organization, load_config
from tap_zohobooks.cli.mask import Mask
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    AccessDenied,
    NotFound,
    NotInPlan,
    ParameterRefused,
    UnexpectedResponse,
)
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, find_permission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import requests

    from tap_zohobooks.client import Client
    from tap_zohobooks.errors import TapError

BASE = "books/v3"
MAX_REPEATS = 3  # pages in a row without a row that is new
JUDGED_TYPES = ("", "text/html", "text/plain")  # the table of responses explains these

_PATH = re.compile(r"[\w.~,:+@-]+(/[\w.~,:+@-]+)*", re.ASCII)
_PROBLEMS = (  # of a path and its parameters
    (
        re.compile(r"[^\0-\x20\x7f-\xa0]*[\0-\x20\x7f-\xa0]"),
        "it holds a blank or a control character",
    ),
    (re.compile(r".*#"), "it holds '#'"),
    (re.compile(r"[A-Za-z][\w+.-]*:|//"), "it is the address of another host"),
    (re.compile(r"([^?]*/)?(\.|%2e)+(/|\?|$)", re.IGNORECASE), "a part of it is '.' or '..'"),
    (re.compile(r"/?(books(/v3)?/?)?(\?|$)"), "it names nothing"),
)
_encode = msgspec.json.Encoder(decimal_format="number").encode
_ESCAPES = {number: f"\\u{number:04x}" for number in range(127, 160)}

Params = dict[str, str | int]
Document = dict[str, Any]


def get(
    config: Sequence[str],
    path: str,
    params: Sequence[str],
    organization: str | None,
    *,
    all_pages: bool,
    mask: bool,
) -> None:
    """Print the response of a path, or one document with the rows of all pages.

    Raises:
        TapError: The path or a parameter is wrong, or the service refuses.
    """
    tap = build_tap(load_config(config))
    path, pairs = parse_path(path, lambda: tap.auth.token().api_url)
    query = parse_params([*pairs, *params])
    wanted = _choose_named(query.pop(ORGANIZATION, None), organization)
    owner = "" if path == ORGANIZATIONS.list_path else choose_organization(tap, wanted)
    tap.session.hooks["response"].append(refuse_file)
    read = read_all_pages if all_pages else read_page
    try:
        document = read(tap.client, path, query, owner)
    except (AccessDenied, NotFound, ParameterRefused, UnexpectedResponse) as refused:
        raise explain_refusal(refused, path) from refused
    print_document(Mask().mask_response(document) if mask else document)


def explain_refusal(refused: TapError, path: str) -> TapError:
    """Return the error of the command for one that a run handles, or reports as a defect."""
    found = refused.found.rstrip(".")
    if isinstance(refused, AccessDenied) and not isinstance(refused, NotInPlan):
        return Reason.SCOPE_MISSING.error(refusal=found, scope=find_permission(path))
    return Reason.NOT_AVAILABLE.error(refusal=found)


def parse_path(text: str, get_api_url: Callable[[], str]) -> tuple[str, list[str]]:
    """Return a path below /books/v3, and the parameters (`name=value`) that are written behind it.

    It may begin with /books/v3, or with the API host, which is requested only then.

    Raises:
        ConfigError: It is no such path.
    """
    if "://" in text and text.startswith(f"{(host := get_api_url())}/"):
        text = text.removeprefix(host)
    for form, problem in _PROBLEMS:
        if form.match(text):
            raise Reason.PATH_WRONG.error(path=text, problem=problem)
    path, _, query = text.partition("?")
    path = path.removeprefix("/").removeprefix(f"{BASE}/").removesuffix("/")
    if _PATH.fullmatch(path) is None:
        raise Reason.PATH_WRONG.error(path=text, problem="no path of the service is written so")
    pairs = parse_qsl(query, keep_blank_values=True)
    return path, [f"{name}={value}" for name, value in pairs]


def parse_params(pairs: Sequence[str]) -> Params:
    """Return parameters written as `name=value`.

    Raises:
        ConfigError: One has no name, or is given twice.
    """
    params: Params = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise Reason.PARAMETER_WRONG.error(pair=pair, problem="it is not name=value")
        if name in params:
            raise Reason.PARAMETER_WRONG.error(pair=pair, problem=f"{name} is given twice")
        params[name] = value
    return params


def _choose_named(by_parameter: str | int | None, by_option: str | None) -> str | None:
    """Return the organization that the path or an option names.

    Raises:
        ConfigError: They name two.
    """
    if by_parameter is None:
        return by_option
    if by_option not in {None, by_parameter}:
        pair, problem = f"{ORGANIZATION}={by_parameter}", "--organization names another"
        raise Reason.PARAMETER_WRONG.error(pair=pair, problem=problem)
    return str(by_parameter)


def refuse_file(response: requests.Response, **_: object) -> None:
    """End the command at a response that is a file, before its content is loaded.

    Raises:
        ServiceError: It is one.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_text = kind in JUDGED_TYPES or kind.endswith("json")
    is_attachment = "attachment" in response.headers.get("Content-Disposition", "").lower()
    if response.ok and (is_attachment or not is_text):
        response.close()
        path = urlsplit(str(response.url)).path.partition(f"/{BASE}/")[2]
        raise Reason.FILE_RETURNED.error(path=path, kind=kind or "no content type")


def read_page(client: Client, path: str, query: Params, owner: str) -> Document:
    """Return the response of a path.

    Raises:
        TapError: The service refuses.
    """
    return client.get(path, query, owner).document


def read_all_pages(client: Client, path: str, query: Params, owner: str) -> Document:
    """Return the first response with the rows of all pages; its `page_context` is the last one's.

    Raises:
        TapError: The service refuses, or the list has no end.
    """
    if "page" in query:
        problem = "--all-pages begins with the first page"
        raise Reason.PARAMETER_WRONG.error(pair=f"page={query['page']}", problem=problem)
    document = read_page(client, path, query, owner)
    if has_more(document) is None:
        terminal.print_message("The response does not state whether more pages follow.")
    seen: set[bytes] = set()
    _add_rows(document, {}, seen)
    page, repeats = 1, 0
    while has_more(document):
        page += 1
        following = read_page(client, path, {**query, "page": page}, owner)
        repeats = 0 if _add_rows(following, document, seen) else repeats + 1
        document["page_context"] = following.get("page_context")
        if repeats == MAX_REPEATS and has_more(document):
            raise Reason.LIST_NEVER_ENDS.error(pages=repeats)
    return document


def has_more(document: Document) -> bool | None:
    """Return whether a response says that more pages follow; None if it does not say."""
    match document.get("page_context"):
        case {"has_more_page": bool(more)} | [{"has_more_page": bool(more)}]:
            return more
    return None


def _add_rows(page: Document, document: Document, seen: set[bytes]) -> bool:
    """Add the rows of a page to those of a document; return whether one of them is new."""
    lists = {name: rows for name, rows in page.items()
             if isinstance(rows, list) and name != "page_context"}  # fmt: skip
    for name, rows in lists.items():
        held = document.get(name)
        document[name] = held + rows if isinstance(held, list) else rows
    fresh = {_encode(row) for rows in lists.values() for row in rows} - seen
    seen |= fresh
    return bool(fresh)


def print_document(document: Document) -> None:
    """Print a response as JSON in UTF-8, its numbers as they came.

    Raises:
        TapError: It cannot be written.
    """
    text = msgspec.json.format(_encode(document), indent=2).decode()
    terminal.print_text(text.translate(_ESCAPES).encode())
