"""The organizations to read: requested once, shared by all streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound
from tap_zohobooks.pagination.page import find_rows, is_key, to_row
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tap_zohobooks.client import Client
    from tap_zohobooks.transform.cleaner import Row

KEY = "organizations"


def is_active(row: Row) -> bool:
    """Tell whether an organization is active; two spellings are known, none means yes."""
    settings = row.get("org_settings")
    flags = [row.get("isOrgActive"), row.get("is_org_active")]
    if isinstance(settings, dict):
        flags.append(settings.get("is_org_active"))
    return not any(flag is False or flag == "false" for flag in flags)


@dataclass(frozen=True, slots=True)
class Organizations:
    """The organizations to read: their ids, their rows, and when the service sent them.

    `left_out` are active ones that are not selected; None if they may not be listed.
    """

    ids: Sequence[str]
    wanted: Sequence[Row]
    served: datetime | None
    left_out: frozenset[str] | None = None

    @classmethod
    def ask(cls, client: Client, ids: Sequence[str], logger: logging.Logger) -> Organizations:
        """Request the list, and select `ids`, or all that are active.

        Raises:
            TapError: A selected one does not exist, or there is none, or the host is another.
        """
        try:
            response = client.get(KEY)
        except AccessDenied as denied:
            if not ids:
                raise Reason.ORGANIZATIONS_DENIED.error(refusal=denied) from denied
            logger.warning(
                "The organizations may not be listed; those in organization_ids are read."
            )
            return cls(ids, (), None)
        except NotFound as missing:
            raise Reason.NOT_ZOHO_BOOKS.error(found=str(missing).rstrip(".")) from missing
        rows = _find_organizations(response.document, logger)
        known = {str(row[ORGANIZATION]): row for row in rows}
        selected = list(ids) or [name for name, row in known.items() if is_active(row)]
        _check(selected, known)
        wanted = [known[name] for name in selected] if ids else rows
        active = {name for name, row in known.items() if is_active(row)}
        return cls(selected, wanted, response.served, frozenset(active.difference(selected)))


def _find_organizations(document: Mapping[str, Any], logger: logging.Logger) -> list[Row]:
    """Return the rows that have an id; the others are logged.

    Raises:
        ServiceError: The response has no list of organizations.
    """
    listed = find_rows(document, KEY)
    rows = [row for row in map(to_row, listed) if is_key(row.get(ORGANIZATION))]
    if len(rows) < len(listed):
        logger.warning(
            "%d of %d organizations have no organization_id; they are not read.",
            len(listed) - len(rows), len(listed),
        )  # fmt: skip
    return rows


def _check(selected: Sequence[str], known: dict[str, Row]) -> None:
    names = ", ".join(f"{name} ({row.get('name')})" for name, row in known.items()) or "none"
    unknown = [name for name in selected if name not in known]
    if unknown:
        raise Reason.ORGANIZATION_UNKNOWN.error(wanted=", ".join(unknown), organizations=names)
    if not selected:
        raise Reason.NO_ORGANIZATION.error(organizations=names)
