"""Pages that the program prints: `python -m tap_zohobooks.pages > docs/streams.md`.

With names of streams as arguments: the shortest scopes that reading them needs. With `--errors`:
docs/errors.md.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.responses import (
    BadParameter,
    DailyQuotaExceeded,
    Missing,
    NotOffered,
    RateLimited,
    Refused,
    ServerError,
    TokenRefused,
    TooManyConcurrent,
    WrongOrganization,
    classify,
)
from tap_zohobooks.oauth.authorization_code import explained
from tap_zohobooks.oauth.token_endpoint import classify_token_response, token_error
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, TABLE, scopes
from tap_zohobooks.streams.registry import STREAM_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_zohobooks.http.responses import ResponseKind
    from tap_zohobooks.streams.base import ResourceStream

ERRORS = "--errors"
ANSWERS = (
    (400, 2, "Invalid value passed"),
    (400, 4, "Invalid value passed"),
    (400, 8, "This is not available in your plan"),
    (400, 15, "any other"),
    (400, 6041, "This user is not associated with the CompanyID"),
    (400, 9017, "This user is not associated with the CompanyID"),
    (401, 14, "Invalid value passed for authtoken"),
    (401, 57, "You are not authorized to perform this operation"),
    (404, 5, "Invalid URL Passed"),
    (404, 1002, "Invoice does not exist"),
    (429, 43, "Blocked for some time"),
    (429, 44, "Too many calls a minute"),
    (429, 45, "Too many calls a day"),
    (429, 1070, "Too many calls at the same time"),
    (500, 1000, "Internal Error"),
)
GRANT_ANSWERS: tuple[tuple[int, dict[str, str]], ...] = (
    (200, {"error": "invalid_code"}),
    (200, {"error": "invalid_grant"}),
    (200, {"error": "invalid_client"}),
    (200, {"error": "invalid_client_secret"}),
    (200, {"error": "invalid_redirect_uri"}),
    (400, {"error": "Access Denied", "status": "failure"}),
    (500, {}),
)


def needed(names: Iterable[str]) -> str:
    """Return the shortest scopes that reading these streams, and seeing organizations, needs.

    Raises:
        KeyError: There is no such stream.
    """
    return scopes([ORGANIZATIONS, *(TABLE[name] for name in names)])


def _cost(kind: type[ResourceStream]) -> str:
    if kind.calls_per_row >= 1:
        return "one a row"
    return f"one a {round(1 / kind.calls_per_row)} rows"


def _replication(kind: type[ResourceStream]) -> str:
    return "`last_modified_time`" if kind.is_incremental else "full table"


def streams_page() -> str:
    """Return the page of all streams: key, replication, cost and scope of each."""
    lines = [
        "# Streams",
        "",
        "Printed by `python -m tap_zohobooks.pages`; with names of streams as arguments it prints",
        "the scopes that reading them needs. Every key begins with `organization_id`. Streams that",
        "cost a call a row are not selected by default. Custom modules (`cm_*`) are found at",
        "discovery: key `module_record_id`, full table, one call a 200 rows, scope",
        "`ZohoBooks.custommodules.ALL`.",
        "",
        "| Stream | Key | Replication | Calls | Scope |",
        "|---|---|---|---|---|",
    ]
    kinds = {one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows}
    for name in sorted(TABLE):
        one, kind = TABLE[name], kinds[name]
        keys = ", ".join(f"`{key}`" for key in one.keys if key != ORGANIZATION) or "-"
        replication = _replication(kind)
        cost = _cost(kind)
        lines.append(f"| `{name}` | {keys} | {replication} | {cost} | `{one.permission}` |")
    everything = needed(TABLE)
    return "\n".join([*lines, "", "All of them need:", "", "```text", everything, "```", ""])


def after(kind: ResponseKind) -> tuple[str, Reason | None]:
    """Return what the tap does at a kind of response, and the error that the run ends with."""
    match kind:
        case DailyQuotaExceeded():
            return "stops, or waits as on_quota_exhausted says", Reason.QUOTA_REACHED
        case RateLimited() | TooManyConcurrent():
            return "waits as long as max_wait_seconds allows", Reason.THROTTLED
        case ServerError():
            return "asks again as long as max_wait_seconds allows", Reason.NO_ANSWER
        case TokenRefused():
            return "tries another token, then skips the stream", Reason.NOTHING_MAY_BE_READ
        case BadParameter():
            return "does without the parameter where it can", Reason.PARAMETER_REFUSED
        case WrongOrganization():
            return "stops", Reason.ORGANIZATION_CLOSED
        case Refused():
            return "stops, but for one document or what few organizations have", Reason.REFUSED
        case Missing() | NotOffered():
            return "skips the document, or the stream", None
    msg = f"{kind} is no trouble."
    raise AssertionError(msg)


def _table(*rows: Sequence[object]) -> Iterator[str]:
    """Yield a table whose first row is its head."""
    for number, row in enumerate(rows):
        yield f"| {' | '.join(map(str, row))} |"
        if number == 0:
            yield "|---" * len(row) + "|"


def _template(text: str) -> str:
    """Return a text with what is filled in shown as such."""
    return re.sub(r"\{(\w+)\}", r"*\1*", text)


def _anchor(name: str) -> str:
    return f"[`{name}`](#{name})" if name else "-"


def _answers() -> Iterator[tuple[object, ...]]:
    for status, code, message in ANSWERS:
        kind = classify(status, {}, json.dumps({"code": code, "message": message}).encode())
        meaning = str(type(kind).__doc__).split(";")[0].rstrip(".")
        does, reason = after(kind)
        yield status, code, meaning, does, _anchor(reason.title if reason else "")


def _grant_answers() -> Iterator[tuple[object, ...]]:
    for status, document in GRANT_ANSWERS:
        outcome = classify_token_response(status, json.dumps(document).encode())
        run, login = token_error(outcome, ""), explained([("", outcome)])
        yield status, document.get("error", "-"), _anchor(run.name), _anchor(login.name)


def errors_page() -> str:
    """Return the page of all errors: exit code, meaning and next step of each."""
    by_code = sorted(Reason, key=lambda one: (one.kind.exit_code, one.title))
    errors = [
        (f'<a id="{one.title}"></a>`{one.title}`', one.kind.exit_code,
         _template(one.found), _template(one.next_step))
        for one in by_code
    ]  # fmt: skip
    return "\n".join([
        "# Errors",
        "",
        f"Printed by `python -m tap_zohobooks.pages {ERRORS}`. The last log line of a run that",
        "does not end with 0, the last line of a command, and each failed check of `zohobooks",
        "doctor` say what was found and the next step, and end with the error's name in brackets.",
        "What is filled in stands in italics. The doctor ends with the code of its first check",
        "that failed, or with 1 where one could not be made. A command line that cannot be read",
        "ends with 2, one of `zohobooks` with 78, and says why. Anything else, with a traceback,",
        "is a defect: report it.",
        "",
        *_table(("Error", "Exit code", "Meaning", "Next step"), *errors),
        "",
        "## Answers of Zoho Books",
        "",
        "What an answer is taken for, what the tap does, and the error that the run ends with",
        "where that does not help.",
        "",
        *_table(("HTTP", "Code", "Meaning", "The tap", "Error"), *_answers()),
        "",
        "## Answers of the accounts server",
        "",
        *_table(("HTTP", "Error there", "Error of a run", "Error of a login"), *_grant_answers()),
        "",
    ])  # fmt: skip


def main() -> None:
    """Print the page, or the scopes of the streams that are named."""
    names = sys.argv[1:]
    if names == [ERRORS]:
        sys.stdout.write(errors_page())
        return
    unknown = sorted(set(names) - TABLE.keys())
    if unknown:
        sys.exit(f"There is no stream {', '.join(unknown)}; docs/streams.md lists all.")
    sys.stdout.write(f"{needed(names)}\n" if names else streams_page())


if __name__ == "__main__":
    main()
