"""Which organizations are read: asked for once, shared by all streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound

if TYPE_CHECKING:
    import logging
    from collections.abc import Sequence
    from datetime import datetime

    from tap_zohobooks.client import Client
    from tap_zohobooks.transform.cleaner import Row

KEY = "organizations"


def is_active(row: Row) -> bool:
    """Tell whether an organization is in use; two spellings are known, silence means yes."""
    settings = row.get("org_settings")
    flags = [row.get("isOrgActive"), row.get("is_org_active")]
    if isinstance(settings, dict):
        flags.append(settings.get("is_org_active"))
    return not any(flag is False or flag == "false" for flag in flags)


@dataclass(frozen=True, slots=True)
class Organizations:
    """The organizations to read: their ids, their rows, and when the service told them.

    `left_out` are active ones that the settings do not name; None where they may not be listed.
    """

    ids: Sequence[str]
    wanted: Sequence[Row]
    served: datetime | None
    left_out: frozenset[str] | None = None

    @classmethod
    def ask(cls, client: Client, ids: Sequence[str], logger: logging.Logger) -> Organizations:
        """Ask which organizations there are, and choose.

        Raises:
            TapError: A wanted one does not exist, or there is none, or no Zoho Books.
        """
        try:
            answer = client.get(KEY)
        except AccessDenied as denied:
            if not ids:
                raise Reason.ORGANIZATIONS_DENIED.error(refusal=denied) from denied
            logger.warning("The organizations may not be listed; those that are set are read.")
            return cls(ids, (), None)
        except NotFound as nothing:
            raise Reason.NOT_ZOHO_BOOKS.error(answer=str(nothing).rstrip(".")) from nothing
        rows: list[Row] = answer.document.get(KEY) or []
        known = {str(row["organization_id"]): row for row in rows}
        chosen = list(ids) or [name for name, row in known.items() if is_active(row)]
        _check(chosen, known)
        wanted = [known[name] for name in chosen] if ids else rows
        active = {name for name, row in known.items() if is_active(row)}
        return cls(chosen, wanted, answer.served, frozenset(active.difference(chosen)))


def _check(chosen: Sequence[str], known: dict[str, Row]) -> None:
    names = ", ".join(f"{name} ({row.get('name')})" for name, row in known.items()) or "none"
    wrong = [name for name in chosen if name not in known]
    if wrong:
        raise Reason.ORGANIZATION_UNKNOWN.error(wanted=", ".join(wrong), organizations=names)
    if not chosen:
        raise Reason.NO_ORGANIZATION.error(organizations=names)
