"""Where the files say what the service does not: put right before they are served."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from mockservice.openapi import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockservice.openapi import Json

Put: TypeAlias = "Callable[[Json, Json], None]"


@dataclass(frozen=True, slots=True)
class Correction:
    """One path put right: what, how the truth is known, and how (of the file and of the path)."""

    file: str
    path: str
    what: str
    why: str
    put: Put


def _without_organization(file: Json, item: Json) -> None:
    for holder in (item, item["get"]):
        holder["parameters"] = [
            node
            for node in holder.get("parameters", [])
            if resolve(file, node)["name"] != "organization_id"
        ]


def _with_a_group(file: Json, _: Json) -> None:
    file["components"]["schemas"]["tax_type"]["example"] = "tax_group"


# As few as can be: what the tap can read as the file has it, it has to read.
CORRECTIONS: Final = (
    Correction(
        "organizations",
        "/organizations",
        "needs no organization_id",
        "Zoho's introduction: it is the one call without, as it tells which there are.",
        _without_organization,
    ),
    Correction(
        "taxes",
        "/settings/taxes",
        "lists a group of taxes",
        "Real lists have such rows, and of them alone the tap asks for the group.",
        _with_a_group,
    ),
)


def correct(
    files: Mapping[str, Json], corrections: Iterable[Correction] = CORRECTIONS
) -> dict[str, Json]:
    """Return the files with every correction made.

    Raises:
        SystemExit: A file or path to put right is not there.
    """
    right = {name: deepcopy(file) for name, file in files.items()}
    for one in corrections:
        file = right.get(one.file, {"paths": {}})
        if "get" not in file["paths"].get(one.path, {}):
            msg = f"No file '{one.file}' describes a GET of '{one.path}': it {one.what} no more."
            raise SystemExit(msg)
        one.put(file, file["paths"][one.path])
    return right
