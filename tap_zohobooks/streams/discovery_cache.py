"""Keeps what discovery learns for a day, so that the discoveries of later runs make no calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tap_zohobooks.transform.discovered import Discovered, Learned, to_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.transform.custom_fields import Field

ORGANIZATIONS = "organizations"


class DiscoveryCache:
    """The answers of the last day, by organization and what was requested.

    With the setting `refresh_catalog` none is used, and each is kept anew.
    """

    def __init__(self, sync_context: SyncContext) -> None:
        """Prepare; nothing is read yet."""
        self._get_record = partial(sync_context.open_value, Discovered)
        self._is_used = not sync_context.config["refresh_catalog"]
        self._version = sync_context.tap.plugin_version
        self._get_organizations = sync_context.get_organizations
        self._wanted: Sequence[str] = sync_context.config["organization_ids"]

    def list_organizations(self) -> Sequence[str]:
        """Return the ids of the organizations to discover.

        Raises:
            TapError: They are not known, and may not be listed.
        """
        owner = "\0".join(self._wanted)  # of a record for this choice of organizations
        known = self._find(owner, ORGANIZATIONS)
        if known is not None:
            return known.names
        ids = self._get_organizations().ids
        self._keep(owner, ORGANIZATIONS, names=ids)
        return ids

    def find_names(self, organization: str, what: str) -> list[str] | None:
        """Return names that a request has brought; None if it has to be made."""
        known = self._find(organization, what)
        return None if known is None else known.names

    def find_fields(self, organization: str, entity: str) -> list[Field] | None:
        """Return the custom fields of an entity; None if they have to be requested."""
        known = self._find(organization, entity)
        return None if known is None else known.fields

    def keep_names(self, organization: str, what: str, names: Sequence[str]) -> None:
        """Keep names that a request has brought."""
        self._keep(organization, what, names=names)

    def keep_fields(self, organization: str, entity: str, fields: list[Field]) -> None:
        """Keep the custom fields of an entity."""
        self._keep(organization, entity, types=to_types(fields))

    def count_missing(self, organization: str, entities: Iterable[str]) -> int:
        """Return of how many of some entities the custom fields have to be requested."""
        return sum(self._find(organization, entity) is None for entity in entities)

    def _find(self, owner: str, what: str) -> Learned | None:
        if not self._is_used:
            return None
        record = self._get_record(owner)
        with record.change() as discovered:
            return discovered.find(what, record.now(), self._version)

    def _keep(
        self,
        owner: str,
        what: str,
        *,
        names: Sequence[str] = (),
        types: dict[str, str] | None = None,
    ) -> None:
        record = self._get_record(owner)
        with record.change() as discovered:
            now = record.now()
            discovered.keep(what, Learned(now, self._version, [*names], types or {}))
