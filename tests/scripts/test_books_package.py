"""The dbt package says of each model and column what it is, and its page runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dbt_zoho_books"
MODELS = {path.stem: path for path in (PACKAGE / "models").rglob("*.sql")}
SEEDS = {path.stem: path for path in (PACKAGE / "seeds").glob("*.csv")}

pytestmark = pytest.mark.fast


def list_entries(kind: str) -> dict[str, dict[str, Any]]:
    """Return the entries of a kind in all files of properties, by name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(PACKAGE.rglob("_*.yml")):
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get(kind, ()):
            assert entry["name"] not in found
            found[entry["name"]] = entry
    return found


def is_sentence(text: str) -> bool:
    """Tell whether a text is a sentence of its own."""
    return bool(re.fullmatch(r"[A-Z].+\.", text)) and "TODO" not in text


def test_a_sentence_is_known() -> None:
    """What is no sentence is found."""
    assert is_sentence("The id of the account.")
    assert not any(map(is_sentence, ("", "account", "TODO account_id.", "The id of the account")))


def test_every_model_has_a_sentence() -> None:
    """Each model and seed is described, and nothing else is."""
    models, seeds = list_entries("models"), list_entries("seeds")
    assert len(MODELS) > 130
    assert models.keys() == MODELS.keys()
    assert seeds.keys() == SEEDS.keys()
    entries = [*models.values(), *seeds.values()]
    assert [one["name"] for one in entries if not is_sentence(one["description"])] == []


def test_every_column_has_a_sentence() -> None:
    """Each column of a model is described; marts have all columns in their contracts."""
    columns = [
        (model, column["name"], column.get("description", ""))
        for model, entry in list_entries("models").items()
        for column in entry["columns"]
    ]
    assert len(columns) > 1500
    assert [one[:2] for one in columns if not is_sentence(one[2])] == []


def test_every_mart_has_a_contract() -> None:
    """Each column of a mart has a type, so that dbt enforces it."""
    entries = list_entries("models")
    marts = [name for name, path in MODELS.items() if path.parent.name == "marts"]
    assert len(marts) > 25
    for name in marts:
        assert all("data_type" in column for column in entries[name]["columns"]), name
    project = yaml.safe_load((PACKAGE / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["zoho_books"]["marts"]["+contract"] == {"enforced": True}


def test_every_key_begins_with_the_organization() -> None:
    """Each model but a view of checks has a key, and it holds the organization."""
    keyed = 0
    for name, entry in list_entries("models").items():
        keys = [
            test["zoho_books.unique_key"]["arguments"]["columns"]
            for test in entry.get("data_tests", ())
            if "zoho_books.unique_key" in test
        ]
        keyed += len(keys)
        assert all("organization_id" in key for key in keys), name
    assert keyed > 130


def test_every_staged_stream_is_a_source() -> None:
    """Each staging model stages the stream of its name, and each source has a model."""
    (source,) = yaml.safe_load((PACKAGE / "models/staging/_sources.yml").read_text())["sources"]
    names = {table["name"] for table in source["tables"]}
    staged = {name for name in MODELS if name.startswith("stg_")}
    assert staged == {f"stg_zoho_books__{name}" for name in names}
    for name in names:
        text = MODELS[f"stg_zoho_books__{name}"].read_text(encoding="utf-8")
        assert re.search(rf"stage\(\s*'{name}'", text), name


def test_nothing_depends_on_the_day_of_the_run() -> None:
    """No model and no macro asks for the time."""
    texts = [path.read_text(encoding="utf-8").lower() for path in PACKAGE.rglob("*.sql")]
    assert not any(re.search(r"current_(date|timestamp)|now\(\)|getdate", text) for text in texts)


def test_account_types_are_all_known() -> None:
    """The 38 documented account types, and stock, with a place in a statement."""
    lines = SEEDS["zoho_books_account_types"].read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    assert len({row["account_type"] for row in rows}) == len(rows) == 39
    assert {row["normal_side"] for row in rows} == {"debit", "credit"}
    for row in rows:
        is_profit = row["statement"] == "profit_and_loss"
        assert is_profit == (row["account_class"] in {"income", "expense"})
        usual = "debit" if row["account_class"] in {"asset", "expense"} else "credit"
        assert row["normal_side"] == usual
