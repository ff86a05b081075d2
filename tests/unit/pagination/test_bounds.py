"""What a read holds of a list is bounded, however long the list is, and loses no row."""

from __future__ import annotations

import pytest

from tap_zohobooks.pagination import list_read, tie_group
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.reader import Reader
from tap_zohobooks.pagination.tie_group import TieGroup
from tap_zohobooks.pagination.view import MAX_FILTER, find_hiding_filter
from tap_zohobooks.transform import timestamps
from tap_zohobooks.transform.timestamps import MAX_KEPT, to_date, to_utc
from tests.unit.pagination.test_reader import Table, at

PAGE = 10


def read(
    table: Table,
    start: str | None = None,
    *,
    filters: bool | None = None,
    sorts: bool | None = None,
) -> tuple[Reader, list[str]]:
    """Return the reader of a list, and the ids that it has emitted."""
    reader = Reader(table.fetch, PAGE, EndpointCapabilities(filters, sorts))
    return reader, [str(row["id"]) for row, _ in reader.read(start) if row is not None]


def test_rows_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many rows of one second some keys are held; the others may be emitted twice."""
    monkeypatch.setattr(list_read, "MAX_KEYS_REACHED", 20)
    table = Table({f"r{number}": 5 for number in range(95)} | {"last": 9, "first": 1})
    reader, found = read(table)
    assert set(found) == table.rows.keys()
    assert len(reader._keys_reached) <= 20  # noqa: SLF001  # what is held is the claim


@pytest.mark.parametrize("most", [15, 10**6])
def test_rows_of_one_value(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A tie group of more rows than are held begins anew, and all rows are read."""
    monkeypatch.setattr(tie_group, "MAX_MARKS", most)
    sizes: list[int] = []
    shorten = TieGroup.shorten

    def watch(group: TieGroup, *args: object) -> bool:
        sizes.append(len(group.marks))
        return shorten(group, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(TieGroup, "shorten", watch)
    table = Table({f"r{number}": 5 for number in range(95)}, filters=False)
    reader, found = read(table, filters=False, sorts=True)
    assert sorted(found) == sorted(table.rows)
    assert max(sizes) <= most + PAGE
    assert reader.is_sure is (most > 95)  # else a target could be told to delete


@pytest.mark.parametrize(("start", "is_far"), [(30, True), (66, True), (75, False), (94, False)])
def test_many_changes_of_a_list_that_is_not_filtered(*, start: int, is_far: bool) -> None:
    """If more changed than the newest pages hold, the list is read from the start on."""
    table = Table({f"r{number}": number for number in range(95)}, filters=False)
    reader, found = read(table, at(start), filters=False, sorts=True)
    assert found == [f"r{number}" for number in range(start, 95)]
    assert reader.is_far is is_far


def test_texts_are_not_held_for_longer_than_they_can_be_instants() -> None:
    """A long text is no instant and no date, and is not kept in a cache."""
    before = [*timestamps._instants, *timestamps._dates]  # noqa: SLF001
    for text in (
        "2026-01-01T00:00:00" + " " * 10**6 + "Z",
        "2026-01-01" + " " * 10**6,
        "x" * 10**6,
    ):
        assert to_utc(text) is None
        assert to_date(text) is None
    assert [*timestamps._instants, *timestamps._dates] == before  # noqa: SLF001


def test_no_more_texts_are_kept_than_a_few_pages_hold() -> None:
    """Texts that are all different do not fill the memory."""
    for number in range(3 * MAX_KEPT):
        assert to_date(f"text {number}") is None
    assert 0 < len(timestamps._dates) <= MAX_KEPT  # noqa: SLF001


def test_a_filter_that_a_service_makes_up_is_cut() -> None:
    """The text of a filter is in log lines and in the next request."""
    document = {"page_context": {"applied_filter": "x" * 10**6 + ".Active"}}
    assert find_hiding_filter(document, {}) == "x" * MAX_FILTER
