"""The endpoints that the double serves, read from ``endpoints.tsv``."""

from __future__ import annotations

from csv import DictReader
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

Treatment: TypeAlias = Literal["honoured", "ignored", "refused"]
FilterTreatment: TypeAlias = Literal["honoured", "ignored", "refused", "equality", "after"]

MODULE_PREFIX: Final = "cm_"
TABLE: Final = Path(__file__).with_name("endpoints.tsv")


@dataclass
class Behaviour:
    """How an endpoint treats a sort and a filter on ``last_modified_time``.

    ``echo`` is whether ``page_context`` names the sort: the one that was applied (True), none
    (False), or the requested one even if it was not applied ("lies"). A filter may mean
    "equality", or "after", which excludes the time that is given.

    ``names_parents`` is whether the rows of a list of all parents' rows name their parent. ``view``
    is the ``filter_by`` that applies if none is given (blank: that of the table), and
    ``all_view`` how the list treats a ``filter_by`` that ends in ".All". A page has at most
    ``page_limit`` rows; ``states_page_limit`` is whether ``page_context`` says so, or repeats the
    ``per_page`` that was requested. ``days`` is how it treats a range of days.
    """

    sort: Treatment = "honoured"
    filter: FilterTreatment = "honoured"
    echo: bool | Literal["lies"] = True
    view: str = ""
    all_view: Treatment = "honoured"
    names_parents: bool = True
    page_limit: int = 5000
    states_page_limit: bool = True
    days: Treatment = "honoured"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A list of the service and its documents.

    ``path`` is the name of the collection; ``{...}`` marks the parent's id in it.
    ``whole`` is the path that lists the rows under all parents, ``also`` another last part of the
    path. ``other_rows`` is the other spelling of ``rows`` if sources disagree; ``natural`` is the
    usual count of rows (0 is any), ``most`` the maximum of rows under one parent.
    """

    path: str
    rows: str
    key: str
    scope: str
    document: str
    report: str
    applied: str
    order: tuple[str, str]
    treats: tuple[Treatment, FilterTreatment, bool]
    paged: bool
    natural: int
    parent: str
    parent_param: str
    alias: str
    per_page: int
    custom_fields: bool
    other_rows: str = ""
    most: int = 2
    whole: str = ""
    also: str = ""

    @property
    def slug(self) -> str:
        """The name of its shape file: the path without the parent's id."""
        return ".".join(part for part in self.path.split("/") if not part.startswith("{"))

    @property
    def parent_key(self) -> str:
        """The name of the field that holds the parent's id."""
        return self.parent_param or self.path.partition("{")[2].partition("}")[0]

    @property
    def entity(self) -> str:
        """The entity of its custom fields in ``settings/customfields``; or none."""
        return self.document or ("" if self.parent else self.rows.removesuffix("s"))

    def copy_behaviour(self) -> Behaviour:
        """Copy the known behaviour of the service for sort and filter."""
        return Behaviour(*self.treats)


def _parse_row(cells: dict[str, str]) -> Endpoint:
    cells = {name: "" if cell == "-" else cell for name, cell in cells.items()}
    more = dict(pair.split("=", 1) for pair in cells["more"].split())
    column, direction = cells["order"].split()
    treats = (cells["sort"], cells["filter"], bool(cells["echo"]))
    return Endpoint(
        path=cells["path"],
        rows=cells["rows"],
        key=cells["key"],
        scope=cells["scope"],
        document=cells["document"],
        report=cells["report"],
        applied=cells["applied"],
        order=(column, direction),
        treats=cast("tuple[Treatment, FilterTreatment, bool]", treats),
        paged=bool(cells["paged"]),
        natural=int(cells["natural"] or 0),
        parent=more.get("parent", ""),
        parent_param=more.get("param", ""),
        alias=more.get("alias", ""),
        per_page=int(more.get("per_page", 200)),
        custom_fields=more.get("custom_fields") != "no",
        other_rows=more.get("or", ""),
        most=int(more.get("most", 2)),
        whole=more.get("all", ""),
        also=more.get("also", ""),
    )


@lru_cache(maxsize=1)
def load_endpoints() -> dict[str, Endpoint]:
    """Load every endpoint by its path, in the order of the table."""
    with TABLE.open(encoding="utf-8") as lines:
        rows = DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return {one.path: one for one in map(_parse_row, rows)}


@lru_cache(maxsize=256)
def get_endpoint(collection: str) -> Endpoint:
    """Get the endpoint of a collection; a name that begins ``cm_`` is a custom module.

    Raises:
        KeyError: The service has no such list.
    """
    if collection.startswith(MODULE_PREFIX) and "/" not in collection:
        return Endpoint(
            collection,
            "module_records",
            "module_record_id",
            "custommodules",
            "module_record",
            report=collection,
            applied="Status.All",
            order=("created_time", "D"),
            treats=("honoured", "honoured", True),
            paged=True,
            natural=0,
            parent="",
            parent_param="",
            alias="",
            per_page=200,
            custom_fields=True,
            other_rows=collection,
        )
    return load_endpoints()[collection]
