"""Which organizations are read: asked for once, shared by all streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.errors import ConfigError, Denied, ReauthorizationNeeded

if TYPE_CHECKING:
    import logging
    from collections.abc import Sequence
    from datetime import datetime

    from tap_zohobooks.client import Client
    from tap_zohobooks.records import Row

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
    """The organizations to read: their ids, their rows, and when the service told them."""

    ids: Sequence[str]
    wanted: Sequence[Row]
    served: datetime | None

    @classmethod
    def ask(cls, client: Client, ids: Sequence[str], logger: logging.Logger) -> Organizations:
        """Ask which organizations there are, and choose.

        Raises:
            TapError: A wanted one does not exist, or there is none.
        """
        try:
            answer = client.get(KEY)
        except Denied as denied:
            if not ids:
                msg = (
                    f"The organizations may not be listed: {denied} Authorize with the scope "
                    "ZohoBooks.settings.READ in the right region, or set organization_ids."
                )
                raise ReauthorizationNeeded(msg) from denied
            logger.warning("The organizations may not be listed; those that are set are read.")
            return cls(ids, (), None)
        rows: list[Row] = answer.document.get(KEY) or []
        known = {str(row["organization_id"]): row for row in rows}
        chosen = list(ids) or [name for name, row in known.items() if is_active(row)]
        _check(chosen, known)
        wanted = [known[name] for name in chosen] if ids else rows
        return cls(chosen, wanted, answer.served)


def _check(chosen: Sequence[str], known: dict[str, Row]) -> None:
    names = ", ".join(f"{name} ({row.get('name')})" for name, row in known.items()) or "none"
    wrong = [name for name in chosen if name not in known]
    if wrong:
        msg = (
            f"Setting 'organization_ids' names {', '.join(wrong)}, which this user cannot see. "
            f"The organizations that exist here: {names}."
        )
        raise ConfigError(msg)
    if not chosen:
        msg = f"There is no active organization for this user here (known: {names}). Check region."
        raise ConfigError(msg)
