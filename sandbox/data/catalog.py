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

    ``echo`` is whether ``page_context`` names the sort: the one really applied (True), none
    (False), or the one that was asked for whatever was applied ("lies"). A filter may mean
    "equality", or "after", where the instant that is given is itself left out.
    """

    sort: Treatment = "honoured"
    filter: FilterTreatment = "honoured"
    echo: bool | Literal["lies"] = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One list of the service and the documents behind it.

    ``path`` is the name of the collection; ``{...}`` marks the parent's id in it. Where the key
    of the rows is disputed, ``other_rows`` is the other spelling.
    ``most`` is how many rows there are at most under one parent.
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

    @property
    def slug(self) -> str:
        """The name of its shape file: the path without the parts that vary."""
        return ".".join(part for part in self.path.split("/") if not part.startswith("{"))

    @property
    def parent_key(self) -> str:
        """The field that names the parent's id."""
        return self.parent_param or self.path.partition("{")[2].partition("}")[0]

    @property
    def entity(self) -> str:
        """The entity under which the metadata keep its custom fields."""
        return self.document or self.rows.removesuffix("s")

    def copy_behaviour(self) -> Behaviour:
        """A fresh copy of how the service is known to treat sort and filter here."""
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
    )


@lru_cache(maxsize=1)
def load_endpoints() -> dict[str, Endpoint]:
    """Every endpoint by its path, in the order of the table."""
    with TABLE.open(encoding="utf-8") as lines:
        rows = DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return {one.path: one for one in map(_parse_row, rows)}


@lru_cache(maxsize=256)
def get_endpoint(collection: str) -> Endpoint:
    """The endpoint of a collection's name; a name that begins ``cm_`` is a custom module.

    Raises:
        KeyError: Where the service has no such list.
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
