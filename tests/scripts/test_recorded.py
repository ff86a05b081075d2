"""The script that tries recorded answers on the schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import recorded

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"currency_id": "1", "currency_code": "EUR", "price_precision": 2, "exchange_rate": "1.50"}


def tried(folder: Path, row: dict[str, Any]) -> int:
    """Try one row of the currencies."""
    answer = {"code": 0, "message": "success", "currencies": [row], "page_context": {}}
    (folder / "list-currencies.json").write_text(json.dumps(answer), encoding="utf-8")
    return recorded.main([str(folder)])


def test_an_answer_that_fits(tmp_path: Path) -> None:
    """A row that the schema holds is counted, and all is well."""
    assert tried(tmp_path, ROW) == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"brand_new": 1}, "currencies, list-currencies: brand_new is new"),
        ({"exchange_rate": "much"}, "currencies, list-currencies: exchange_rate misfits"),
        ({"currency_id": None}, "currencies, list-currencies: currency_id: None is not of type"),
    ],
)
def test_an_answer_that_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: dict[str, Any], said: str
) -> None:
    """What is new, of another type or not allowed is named with stream, file and field."""
    assert tried(tmp_path, ROW | more) == 1
    assert said in capsys.readouterr().out


def test_an_empty_folder_proves_nothing(tmp_path: Path) -> None:
    """Where there is no recording nothing was tried, and that is a failure."""
    assert recorded.main([str(tmp_path)]) == 1
