"""What is done with each block of README and docs/*.md, in the order of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

README = "README.md"


@dataclass(frozen=True, slots=True)
class Run:
    """A block for a shell, in a folder of its page; `files` are there afterwards, not empty."""

    files: tuple[str, ...] = ()
    folder: str = "."


@dataclass(frozen=True, slots=True)
class File:
    """A block that is a file; a command that uses it must succeed, and print a text."""

    name: str
    command: str
    prints: str = ""


@dataclass(frozen=True, slots=True)
class RunElsewhere:
    """A block that another test takes from the page, under the title of its section."""

    module: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Text that a program prints, or a command that a test runs under another name."""

    module: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram: nothing can be run."""


Treatment = Run | File | RunElsewhere | Repeated | Drawing
PIPELINE = "tests/e2e/pipeline"
PROJECT = f"{PIPELINE}/test_meltano_project.py"
DOCUMENTATION = "tests/scripts/test_documentation.py"

TABLE: dict[str, list[tuple[str, str, Treatment]]] = {
    README: [
        ("Start", "sh", Run(("books.xlsx", ".env"))),
        ("Start", "json", File("config.json", "tap-zohobooks --config config.json --test")),
        ("Start", "sh", Run(("catalog.json",))),
        ("Start", "sh", Run(("states.jsonl", "invoices.jsonl", "contacts.jsonl"))),
        ("Start", "sh", Run(("output/invoices.jsonl",), "project")),
        ("How a run ends", "sh", Repeated("tests/e2e/test_demo.py", '"-m", "demo"')),
    ],
    "docs/architecture.md": [("The way of a row", "mermaid", Drawing())],
    "docs/books.md": [
        *[("Five commands", "bash",
           Repeated("tests/e2e/books/checkout.py", '"Five commands"'))] * 2,
        *[("Which question, which table", "sql",
           Repeated("tests/e2e/books/scene.py", '"docs" / "books.md"'))] * 10,
        ("Use it from another project", "yaml",
         Repeated("tests/e2e/books/test_package.py", "read_block()")),
    ],
    "docs/credentials.md": [
        ("By the client: client_credentials", "sh", Run((".env",))),
        ("By the client: client_credentials", "json",
         File("client.json", "tap-zohobooks --config client.json --test")),
        ("By a refresh token", "sh", Run()),
        ("By a refresh token", "sh", Run()),
    ],
    "docs/deletes.md": [
        ("Deletions in the activity log", "sql",
         Repeated(f"{PIPELINE}/test_reports.py", 'with_name("deletes.md")')),
        ("With Meltano", "yaml", Repeated(DOCUMENTATION, 'snippets("deletes.md", "yaml")')),
        ("With Meltano", "sh", Repeated(DOCUMENTATION, 'snippets("deletes.md", "sh")')),
        ("With Meltano", "yaml", Repeated(DOCUMENTATION, 'snippets("deletes.md", "yaml")')),
        ("With Meltano", "yaml", Repeated(DOCUMENTATION, 'snippets("deletes.md", "yaml")')),
    ],
    "docs/first-contact.md": [
        ("Report what an organization does", "sh", Run(("report.json",))),
        ("Look at one answer", "sh", Run(("contacts.json",))),
    ],
    "docs/operation.md": [
        ("Check it first", "sh", Run()),
        ("Fields of the log", "yaml",
         File("log.yaml", "export SINGER_SDK_LOG_CONFIG=log.yaml; "
              "TAP_ZOHOBOOKS_CLIENT_SECRET=wrong tap-zohobooks --test 2>&1 || true",
              '"exit_code":78')),
    ],
    "docs/pipelines.md": [
        ("PostgreSQL", "sql", RunElsewhere(f"{PIPELINE}/test_postgres.py")),
        ("Without a superuser", "sql", RunElsewhere(f"{PIPELINE}/test_instants.py")),
        ("Text that holds NUL", "json", RunElsewhere(f"{PIPELINE}/test_shapes.py")),
        ("Snowflake", "yaml", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("Snowflake", "sql", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("BigQuery", "yaml", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("BigQuery", "sql", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("DuckDB, a spreadsheet, files", "json", RunElsewhere(f"{PIPELINE}/test_files.py")),
        ("DuckDB, a spreadsheet, files", "sql", RunElsewhere(f"{PIPELINE}/test_files.py")),
        ("Streams in Meltano", "sh", Run((), "project")),
        ("A Meltano project of your own", "sh", RunElsewhere(PROJECT)),
        ("The selection", "sh", RunElsewhere(PROJECT)),
        ("Two accounts", "sh", RunElsewhere(PROJECT)),
        ("Without Meltano", "sh", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("In PostgreSQL", "sh", RunElsewhere(f"{PIPELINE}/test_meltano.py")),
        ("In files", "sh", RunElsewhere(f"{PIPELINE}/test_meltano.py")),
        ("Amounts as text", "python", RunElsewhere(f"{PIPELINE}/test_recipes.py")),
        ("E-mail addresses, hashed", "json", RunElsewhere(f"{PIPELINE}/test_shapes.py")),
        ("Nested objects as columns", "json", RunElsewhere(f"{PIPELINE}/test_files.py")),
        ("Batches", "json", RunElsewhere(f"{PIPELINE}/test_shapes.py")),
    ],
    "docs/reports.md": [
        (section, "sql", Repeated(f"{PIPELINE}/test_reports.py", '"docs" / "reports.md"'))
        for section in ("The newest complete read of a period", "Postings", "Profit by month",
                        *["What ties to what"] * 12)
    ],
    "docs/streams.md": [("Streams", "text", Repeated(DOCUMENTATION, "docs.streams_page()"))],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page."""

    page: str
    section: str
    language: str
    text: str


def read_blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page in their order; comments in a block are no titles."""
    section, block = "", None
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if block is not None:
            if line == "```":
                yield block
                block = None
            else:
                block = Block(page, section, block.language, f"{block.text}{line}\n")
        elif found := re.fullmatch(r"\s*```(\w*)", line):
            block = Block(page, section, found[1], "")
        elif line.startswith("#"):
            section = line.lstrip("# ")
    assert block is None, f"{page}: a block does not end"


def list_pages() -> list[str]:
    """Return README and all pages of docs/."""
    return [README, *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
