"""Print docs/streams.md, docs/errors.md with `--errors`, or docs/settings.md with `--settings`."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from schemagen.fields import DOCS, REAL, read_fields
from stream_texts import EVERYTHING, EXCEPTIONS, EXCEPTIONS_HEAD, FILES, SOURCES
from tap_zohobooks import settings
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.responses import NO_JSON, NO_RESPONSE, RULES, TOO_LARGE
from tap_zohobooks.oauth.token_endpoint import NO_ERROR, TOKEN_RULES
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, TABLE, Report, scopes
from tap_zohobooks.streams.dated import DatedStream
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.streams.reports.statements import StatementStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemagen.fields import Field
    from tap_zohobooks.http.responses import Rule
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.streams.base import ResourceStream

ERRORS, SETTINGS = "--errors", "--settings"
FIELDS = Path(__file__).with_name("schemas") / "fields.tsv"

EDITIONS = {
    "AU": "Australia", "CA": "Canada", "EU": "European Union", "GCC": "Gulf states",
    "IN": "India", "KE": "Kenya", "MX": "Mexico", "UK": "United Kingdom", "US": "United States",
    "ZA": "South Africa",
}  # fmt: skip
# What names of fields hold that belong to taxes and to their returns.
TAX_WORDS = re.compile(
    r"(^|_)(abn|bas|cess|cfdi|composition|einvoice|ewaybills?|eway|gst|hsn|irn|msme|sac|supply|tax"
    r"|tcs|tds|udyam|vat)(_|$)"
)
NAMES = {NO_RESPONSE: "no response", TOO_LARGE: "any, too large"}


def _cost(kind: type[ResourceStream], resource: Resource) -> str:
    if isinstance(resource, Report) and kind.is_incremental:
        unit = "period and basis" if resource.has_basis else "period"
        return f"one a {unit}" if issubclass(kind, StatementStream) else f"one a {unit}, 200 rows"
    if kind.calls_per_row >= 1 and isinstance(resource, Report):
        return "one a run, 200 rows"
    if kind.calls_per_row >= 1:
        return "one a row"
    return f"one a {round(1 / kind.calls_per_row)} rows"


def _source(resource: Resource) -> str:
    """Return what a stream is known by: the published files, if no other source is named."""
    named = (source for source, names in SOURCES.items() if resource.name in names)
    return next(named, "code, responses" if isinstance(resource, Report) else FILES)


def _replication(kind: type[ResourceStream]) -> str:
    if issubclass(kind, DatedStream):
        return "full table, days"
    return f"`{kind.bookmark_key}`" if kind.is_incremental else "full table"


STREAMS_HEAD = (
    "# Streams",
    "",
    "Printed by `python scripts/docs.py`. `zohobooks scopes STREAM...` prints the scopes that",
    "streams need. Every key begins with `organization_id`. Streams that cost a call a row,",
    "those that few need, and [reports](reports.md) are not selected by default. Custom modules",
    "(`cm_*`) are found at discovery: key `module_record_id`, full table, one call a 200 rows,",
    "scope `ZohoBooks.custommodules.ALL`; their whole records (`cm_*_details`) are read by",
    "`last_modified_time`, one call a row, and not selected by default.",
    "",
    *EVERYTHING,
    "",
    "Balances of `contacts` (`outstanding_*`, `unused_credits_*`) and `chart_of_accounts`",
    "follow other documents. No source says that a document changes the time of change of its",
    "contact or account: such a balance is as old as the last change of its row, or the last",
    "full read. Sum the open documents instead, or read the stream as FULL_TABLE.",
    "",
    "A stream of `full table, days` is read whole once a day, and in other runs from 31 days",
    "before the last whole read on ([reading.md](reading.md#lists-with-a-date)): what is deleted,",
    "or changes with an earlier date, arrives with the next whole read.",
    "",
    "| Stream | Key | Replication | Calls | Selected by default | Scope | Known by |",
    "|---|---|---|---|---|---|---|",
)
EDITIONS_HEAD = (
    "## Fields of editions",
    "",
    "An edition is the tax system that Zoho Books has for a country. Every stream has the columns",
    "of all editions; those of another edition are null. A name may stand in several streams, in",
    "rows and in their lines. `scripts/schemas/fields.tsv` lists stream, place, type and edition",
    "of each field that is in no published file or recording, and how sure it is. A field whose",
    "name ends in `_formatted` repeats another one for reading: if no column has its name, it is",
    "kept in `additional_fields`. So is `version` of `organizations` and `organization_details`: a",
    "loader's own statement has a parameter of that name.",
    "",
)


def streams_page() -> str:
    """Return the page of all streams: key, replication, cost and scope of each."""
    lines = [*STREAMS_HEAD]
    kinds = {one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows}
    for name in sorted(TABLE):
        one, kind = TABLE[name], kinds[name]
        keys = ", ".join(f"`{key}`" for key in one.keys if key != ORGANIZATION) or "-"
        replication = _replication(kind)
        cost = _cost(kind, one)
        needed = " or ".join(f"`{scope}`" for scope in one.permissions)
        selected = "yes" if kind.selected_by_default else "no"
        cells = (f"`{name}`", keys, replication, cost, selected, needed, _source(one))
        lines.append(f"| {' | '.join(cells)} |")
    everything = scopes([ORGANIZATIONS, *TABLE.values()])
    lines += ["", "All of them need:", "", "```text", everything, "```"]
    lines += EXCEPTIONS_HEAD
    lines += _table(("Path below /books/v3", "Why there is no stream"), *EXCEPTIONS.items())
    lines += [""]
    head = ("Edition", "Documented for it", "Taxes: seen in real responses of it only")
    return "\n".join([*lines, *EDITIONS_HEAD, *_table(head, *_editions(read_fields([FIELDS]))), ""])


def _names(fields: Iterable[Field]) -> str:
    """Return the names of fields, without those of what holds them."""
    names = {one.path.rpartition(".")[2].removesuffix("[]") for one in fields}
    return ", ".join(f"`{name}`" for name in sorted(names))


def _editions(fields: Sequence[Field]) -> Iterator[tuple[str, str, str]]:
    """Yield each edition, the fields that are documented for it, and those seen only there."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in fields:
        seen[one.stream, one.path].update(one.editions)
    for code, name in EDITIONS.items():
        own = [one for one in fields if code in one.editions]
        documented = _names(one for one in own if one.confidence == DOCS)
        only = _names(
            one for one in own if one.confidence == REAL and seen[one.stream, one.path] == {code}
            and TAX_WORDS.search(one.path.rpartition(".")[2])
        )  # fmt: skip
        yield name, documented or "-", only or "-"


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


def _statuses(statuses: Sequence[int]) -> str:
    """Return the statuses of a row: a range as 2xx."""
    if isinstance(statuses, range):
        return f"{statuses.start // 100}xx"
    return ", ".join(NAMES.get(one, str(one)) for one in statuses) or "any"


def _codes(rule: Rule) -> str:
    return ", ".join("no JSON" if one is NO_JSON else str(one) for one in rule.codes) or "any"


def _responses() -> Iterator[tuple[object, ...]]:
    for rule in RULES:
        name = rule.error.title if isinstance(rule.error, Reason) else ""
        phrases = " or ".join(f"'{one}'" for one in rule.phrases) or "any"
        yield (_statuses(rule.statuses), _codes(rule), phrases, rule.kind.value, rule.action.value,
               _anchor(name))  # fmt: skip


def _token_responses() -> Iterator[tuple[object, ...]]:
    for rule in TOKEN_RULES:
        errors = ", ".join("none" if one == NO_ERROR else one for one in rule.errors)
        yield (errors or "any other", _statuses(rule.statuses), rule.action.value,
               _anchor(rule.run.title), _anchor(rule.login.title))  # fmt: skip


def _list_errors() -> Iterator[tuple[object, ...]]:
    """Yield the row of each error, by exit code and name."""
    for one in sorted(Reason, key=lambda one: (one.kind.exit_code, one.title)):
        name = f'<a id="{one.title}"></a>`{one.title}`'
        yield (name, one.kind.exit_code, one.kind.scope.name.lower(), _template(one.found),
               _template(one.next_step))  # fmt: skip


ERRORS_HEAD = f"""# Errors

Printed by `python scripts/docs.py {ERRORS}`. The last log line of a run that
does not end with 0, the last line of a command, and each failed check of `zohobooks
doctor` say what was found and the next step, and end with the error's name in brackets.
What is filled in stands in italics. The doctor ends with the code of its first check
that failed, or with 1 where one could not be made; without a terminal and --yes, it leaves
out what takes more than 20 API calls, and says so. A command line that cannot be read
ends with 2, one of `zohobooks` with 78, and says why. Anything else, with a traceback,
is a defect: report it.

The column Ends says what a run leaves out at an error: a stream of one organization, an
organization, or all that is left of the run. Everything else is read.
"""


def errors_page() -> str:
    """Return the page of all errors: exit code, meaning and next step of each."""
    return "\n".join([
        ERRORS_HEAD,
        *_table(("Error", "Exit code", "Ends", "Meaning", "Next step"), *_list_errors()),
        "",
        "## Responses of Zoho Books",
        "",
        "What a response means, what the tap does, and the error that the run ends with if that",
        "does not help. The first row that matches counts; a message matches if it holds the text.",
        "",
        *_table(("HTTP", "Code", "Message", "Meaning", "The tap", "Error"), *_responses()),
        "",
        "## Token responses of the accounts server",
        "",
        "The first row that matches counts. A login asks again twice at most.",
        "",
        *_table(("Error there", "HTTP", "The tap", "Run", "Login"), *_token_responses()),
        "",
    ])  # fmt: skip


SETTINGS_HEAD = f"""# Settings

Printed by `python scripts/docs.py {SETTINGS}`; `tap-zohobooks --about` prints them, too. Each comes
from a file (`--config config.json`) or from a variable, `TAP_ZOHOBOOKS_` and its name in capitals.
[credentials.md](credentials.md) describes the first ones.

- `--config ENV` reads the variables and `.env`, which `zohobooks login` writes, instead of a file.
  Without `--config` the tap reads the variables if they hold the credentials; `zohobooks` reads
  variables and `.env`.
- Of `.env` only variables of the tap are read. If it sets `accounts_url`, `api_url` or China's
  region, the secrets must stand there too: a run that has them from the environment or from a file
  ends with 78 before it sends anything, as the folder may be another person's.
- Values that can mean only one thing are accepted: blanks and quotes around a value, numbers as
  text, `organization_ids` as numbers or one text, a data center by its domain (`com.au`,
  `zoho.eu`). Any other value ends the run with 78 and the setting's name, without the value.
- Requests to a loopback address go through no proxy.

"""


def settings_page() -> str:
    """Return the page of all settings: whether each is required, its default and meaning."""
    lines = ["| Setting | Required | Default | Description |", "|:--|:-:|:-:|:--|"]
    for name, schema in settings.SCHEMA["properties"].items():
        required = "yes" if name in settings.SCHEMA["required"] else ""
        default = schema.get("default", "")
        shown = str(default).lower() if isinstance(default, bool) else default
        lines.append(f"| `{name}` | {required} | {shown} | {schema['description']} |")
    return SETTINGS_HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Print a page."""
    pages = {ERRORS: errors_page, SETTINGS: settings_page}
    sys.stdout.write(pages.get("".join(sys.argv[1:]), streams_page)())


if __name__ == "__main__":
    main()
