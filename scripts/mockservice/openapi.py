"""Reads Zoho's OpenAPI files, and puts their GETs into documents that a mock server can serve."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Json: TypeAlias = dict[str, Any]

_PARAMETER: Final = re.compile(r"\{([^}]*)\}")
_REFERENCE: Final = re.compile(r'("\$ref": "#/components/[^/"]+/)')
# What a path's parameter may be, where any text would swallow the paths that no file describes.
_NARROW: Final = {"module_name": r"cm_\w+"}
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """Leaves days and instants the text that they are in the file."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if tag != _TIMESTAMP]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Operation:
    """A GET that a file describes: its query parameters, and the document that it went into."""

    file: str
    path: str
    query: frozenset[str]
    document: int

    def is_asked(self, path: str) -> bool:
        """Tell whether a path without its leading slash is one of this operation's."""
        parts = _PARAMETER.split(self.path.lstrip("/"))  # text and names take turns
        form = "".join(
            _NARROW.get(part, "[^/]+") if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
        )
        return re.fullmatch(form, path) is not None


@dataclass(frozen=True, slots=True)
class Description:
    """All that the files describe: documents to serve, and the operations in them."""

    documents: Sequence[Json]
    operations: Sequence[Operation]

    def find(self, path: str, names: Sequence[str]) -> Operation | None:
        """Return the operation that a path asks for.

        Where two files describe the same path, the one that bears the name of the stream, or of
        the list that it reads, does.
        """
        asked = [one for one in self.operations if one.is_asked(path)]
        return min(
            asked,
            key=lambda one: (one.path.count("{"), one.file.replace("-", "_") not in names),
            default=None,
        )


def read(folder: Path) -> dict[str, Json]:
    """Return the files of a folder by name.

    Raises:
        SystemExit: The folder holds none.
    """
    files = {
        file.stem: yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # it is safe
        for file in sorted(folder.glob("*.y*ml"))
    }
    if not files:
        msg = f"There are no OpenAPI files (*.yml) in '{folder}'."
        raise SystemExit(msg)
    return files


def describe(files: Mapping[str, Json]) -> Description:
    """Put the GETs of all files into as few documents as hold no path twice."""
    documents: list[Json] = []
    operations: list[Operation] = []
    for name, file in files.items():
        part = _part(name, file)
        number = _home(documents, part)
        document = documents[number]
        document["paths"] |= part["paths"]
        for kind, held in part["components"].items():
            document["components"].setdefault(kind, {}).update(held)
        operations += [
            Operation(name, path, frozenset(_query(file, file["paths"][path])), number)
            for path in part["paths"]
        ]
    return Description(documents, operations)


def resolve(file: Json, node: Json) -> Json:
    """Return what a reference refers to; anything else as it is."""
    while "$ref" in node:
        target: Any = file
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _part(name: str, file: Json) -> Json:
    """Return what a document needs of a file: GETs without security, and components of its own."""
    named = _REFERENCE.sub(rf"\g<1>{name}.", json.dumps(file))
    own: Json = json.loads(named)
    return {
        "paths": {
            path: {"parameters": item.get("parameters", []), "get": _open(item["get"])}
            for path, item in own["paths"].items()
            if "get" in item
        },
        "components": {
            kind: {f"{name}.{key}": value for key, value in held.items()}
            for kind, held in own.get("components", {}).items()
            if kind != "securitySchemes"
        },
    }


def _open(operation: Json) -> Json:
    """Return an operation that asks for no authorization."""
    return {key: value for key, value in operation.items() if key != "security"}


def _home(documents: list[Json], part: Json) -> int:
    """Return the number of the document that has none of the part's paths yet, or of a new one."""
    wanted = {_PARAMETER.sub("{}", path) for path in part["paths"]}
    for number, document in enumerate(documents):
        if wanted.isdisjoint(_PARAMETER.sub("{}", path) for path in document["paths"]):
            return number
    documents.append(
        {
            "openapi": "3.0.0",
            "info": {"title": "Zoho Books", "version": "3"},
            "paths": {},
            "components": {},
        }
    )
    return len(documents) - 1


def _query(file: Json, item: Json) -> Iterator[str]:
    """Yield the names of the query parameters that a GET takes."""
    for node in (*item.get("parameters", []), *item["get"].get("parameters", [])):
        parameter = resolve(file, node)
        if parameter["in"] == "query":
            yield parameter["name"]


def write(documents: Sequence[Json], folder: Path) -> list[Path]:
    """Write documents as files that a mock server reads."""
    files = [folder / f"{number}.json" for number in range(len(documents))]
    for file, document in zip(files, documents, strict=True):
        file.write_text(json.dumps(document), encoding="utf-8")
    return files
