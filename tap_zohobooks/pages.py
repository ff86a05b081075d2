"""Pages that the program prints: `python -m tap_zohobooks.pages > docs/streams.md`.

With names of streams as arguments: the shortest scopes that reading them needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tap_zohobooks.kinds import KINDS
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, TABLE, scopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_zohobooks.streams import ResourceStream


def needed(names: Iterable[str]) -> str:
    """Return the shortest scopes that reading these streams, and seeing organizations, needs.

    Raises:
        KeyError: There is no such stream.
    """
    return scopes([ORGANIZATIONS.name, *names])


def _cost(kind: type[ResourceStream]) -> str:
    if kind.calls_per_row >= 1:
        return "one a row"
    return f"one a {round(1 / kind.calls_per_row)} rows"


def streams_page() -> str:
    """Return the page of all streams: key, replication, cost and scope of each."""
    lines = [
        "# Streams",
        "",
        "Printed by `python -m tap_zohobooks.pages`; with names of streams as arguments it prints",
        "the scopes that reading them needs. Every key begins with `organization_id`. Streams that",
        "cost a call a row are not selected by default.",
        "",
        "| Stream | Key | Replication | Calls | Scope |",
        "|---|---|---|---|---|",
    ]
    kinds = {one.name: kind for kind, rows in KINDS.items() for one in rows}
    for name in sorted(TABLE):
        one, kind = TABLE[name], kinds[name]
        keys = ", ".join(f"`{key}`" for key in one.keys if key != ORGANIZATION) or "-"
        replication = "`last_modified_time`" if kind.is_incremental else "full table"
        scope = f"`ZohoBooks.{one.area}.READ`"
        lines.append(f"| `{name}` | {keys} | {replication} | {_cost(kind)} | {scope} |")
    everything = needed(TABLE)
    return "\n".join([*lines, "", "All of them need:", "", "```text", everything, "```", ""])


def main() -> None:
    """Print the page, or the scopes of the streams that are named."""
    names = sys.argv[1:]
    unknown = sorted(set(names) - TABLE.keys())
    if unknown:
        sys.exit(f"There is no stream {', '.join(unknown)}; docs/streams.md lists all.")
    sys.stdout.write(f"{needed(names)}\n" if names else streams_page())


if __name__ == "__main__":
    main()
