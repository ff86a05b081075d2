"""ACTIVATE_VERSION: the target deletes what a whole read of all organizations did not bring.

A table holds the rows of all organizations, and the message makes a target delete each row of the
table that has another version. So it follows the last row of the last organization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from singer_sdk import Stream
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import StateMessage
from typing_extensions import override

if TYPE_CHECKING:
    import logging
    from collections.abc import Set as AbstractSet

    from tap_zohobooks.singer.context import SyncContext

SETTING = "emit_activate_version_messages"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The organizations that a run reads, and those whose rows may be in the same tables.

    `left_out` are the others that the user can see; None if they cannot be listed.
    """

    read: AbstractSet[str]
    in_state: AbstractSet[str]
    left_out: AbstractSet[str] | None

    def obstacle(self, *, wish: bool | None) -> str | None:
        """Return why the target must keep all rows in this run; None if it may delete.

        `wish` is the setting: None deletes only where no row of another organization is at risk.
        """
        loaded = ", ".join(sorted(self.in_state - self.read))
        if loaded:
            return (
                f"the state knows organization {loaded}, which this run does not read. Read it "
                "too; or, if it has left for good, take it out of the state"
            )
        if wish:
            return None
        if self.left_out is None:
            other = "other organizations, as they cannot be listed"
        elif self.left_out:
            other = f"organization {', '.join(sorted(self.left_out))}, as this run does not read it"
        else:
            return None
        return (
            f"the tables may hold rows of {other}. Where they hold none, set {SETTING} to true; to "
            "hear no more of this, set it to false"
        )


def can_delete(coverage: Coverage, logger: logging.Logger, *, wish: bool | None) -> bool:
    """Check whether a target may delete, and log why not; a `wish` of False logs nothing."""
    if wish is False:
        return False
    found = coverage.obstacle(wish=wish)
    if found:
        logger.warning("The target is told to delete nothing in this run: %s.", found)
    return found is None


class VersionedStream(Stream):
    """A stream that can tell a target to delete what a whole read did not bring."""

    is_complete: ClassVar[bool] = False
    """Whether a whole read brings every row that the service holds."""

    def __init__(self, sync_context: SyncContext, name: str) -> None:
        """Start with nothing that blocks deletes."""
        super().__init__(sync_context.tap, name=name)
        self.sync_context = sync_context
        self._delete_blocks: dict[str, None] = {}
        self.reads_part = False
        """Whether this run leaves out rows on purpose, so that it cannot show what is gone."""

    def block_deletes(self, why: str) -> None:
        """Note why this read may lack a row that the service holds."""
        self._delete_blocks[why] = None

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        """Whether records have a version: not those in files, nor the one that `--test` reads."""
        return (
            self.is_complete
            and self.ABORT_AT_RECORD_COUNT is None
            and self.sync_context.may_delete()
            and not self.get_batch_config(self.config)
            and not self._is_table_shared()
        )

    def _is_table_shared(self) -> bool:
        maps = self._tap.mapper.stream_maps.items()
        others = {
            one.stream_alias
            for name, mapped in maps
            for one in mapped
            if name != self.name and not isinstance(one, RemoveRecordTransform)
        }
        shared = others & {one.stream_alias for one in self.stream_maps}
        for alias in shared:
            self.logger.warning(
                "Stream '%s': the target is told to delete nothing: stream_maps give '%s' rows of "
                "other streams too.", self.name, alias,
            )  # fmt: skip
        return bool(shared)

    def end(self) -> None:
        """Tell the target what is gone, if a whole read of everything has shown it."""
        version = self._stream_version
        if version is None or self.reads_part:
            return
        if not self._delete_blocks:
            self._write_activate_version_message(version)
            self._tap.write_message(StateMessage(self.tap_state))  # a target that echoes it is done
            return
        self.logger.warning(
            "Stream '%s': the target is told to delete nothing this time: %s.",
            self.name, "; ".join(self._delete_blocks),
        )  # fmt: skip
