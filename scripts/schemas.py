#!/usr/bin/env python
"""Write, or check, the schema files of all streams.

Usage: python scripts/schemas.py --openapi FOLDER --recordings FOLDER --out FOLDER
           [--fields FILE...] [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemagen.build import Sources, build, render
from schemagen.corrections import read_corrections
from schemagen.fields import join_fields, read_fields
from schemagen.sources import read_openapi, read_recordings
from schemagen.table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DATA = Path(__file__).with_name("schemas")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all is written or up to date, 1 when a check finds a stale file."""
    options = _parser().parse_args(arguments)
    sources = Sources(
        read_openapi(options.openapi),
        read_recordings(options.recordings),
        join_fields(read_fields(options.fields)),
    )
    streams = read_table(_read(options.streams))
    corrections = read_corrections(_read(options.corrections))
    schemas = build(streams, sources, corrections)
    texts = {f"{name}.json": render(schema) for name, schema in schemas.items()}
    return _check(options.out, texts) if options.check else _write(options.out, texts)


def _parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    parser = argparse.ArgumentParser(description="Make the schema files of all streams.")
    parser.add_argument("--openapi", type=_folder, required=True, help="Zoho's OpenAPI files")
    parser.add_argument("--recordings", type=_folder, required=True, help="recorded answers")
    parser.add_argument("--out", type=Path, required=True, help="where the schema files are")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    parser.add_argument(
        "--fields", type=Path, nargs="*", default=[DATA / "fields.tsv"], help="lists of fields"
    )
    parser.add_argument("--streams", type=Path, default=DATA / "streams.json")
    parser.add_argument("--corrections", type=Path, default=DATA / "corrections.json")
    return parser


def _folder(text: str) -> Path:
    """Return a folder that exists."""
    folder = Path(text)
    if not folder.is_dir():
        msg = f"no such folder: {text}"
        raise argparse.ArgumentTypeError(msg)
    return folder


def _read(file: Path) -> dict[str, Any]:
    """Return the object in a JSON file."""
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


def _write(folder: Path, texts: Mapping[str, str]) -> int:
    """Write every file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} schemas written")
    return 0


def _check(folder: Path, texts: Mapping[str, str]) -> int:
    """Name every file that is missing or says something else; other files are not ours."""
    stale = [name for name, text in texts.items() if _content(folder / name) != text]
    for name in stale:
        print(f"stale: {name}")
    return 1 if stale else 0


def _content(file: Path) -> str | None:
    """Return the text of a file, if there is one."""
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
