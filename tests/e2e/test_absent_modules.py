"""Custom modules that an organization lacks, or refuses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.gateway import make_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("refusal", [(404, 5, "Invalid URL Passed"), (400, 15, "No such module.")])
def test_a_module_of_one_organization(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, refusal: tuple[int, int, str]
) -> None:
    """An organization without a module is no warning, if another one has it."""
    place = make_place(3, 2)
    first, second = place.organizations
    settings = {"token_cache": str(tmp_path)}
    mine = set(place.world.holdings[first].spec.modules)
    (module, *_) = mine - set(place.world.holdings[second].spec.modules)
    place.world.refuse(module, *refusal, second)
    with caplog.at_level(logging.INFO):
        run = place.complete([module], discovers=True, **settings)
    assert run.counts[module, first] == 3
    assert not [one for one in caplog.records if one.levelno > logging.INFO and module in one.msg]
    assert f"Skipped: stream '{module}'" not in caplog.text
    assert f"Organization {second} has no custom module '{module}'." in caplog.text


def test_a_module_that_none_has_any_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A catalog with a module that no organization has is a warning for each."""
    place = make_place(3, 2)
    module = place.world.holdings[place.organizations[0]].spec.modules[0]
    place.world.refuse(module, 404, 5, "Invalid URL Passed")
    place.complete([module], discovers=True, token_cache=str(tmp_path))
    for organization in place.organizations:
        assert f"Skipped: stream '{module}' of organization {organization}." in caplog.text


def test_a_module_that_may_not_be_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An organization that has the module and refuses it is a warning."""
    place = make_place(3, 2)
    first, second = place.organizations
    (module, *_) = {*place.world.holdings[first].spec.modules}
    place.world.refuse(module, 400, 15, "Refused.", first)
    place.complete([module], discovers=True, token_cache=str(tmp_path))
    assert f"Skipped: stream '{module}' of organization {first}." in caplog.text
    assert f"Skipped: stream '{module}' of organization {second}." not in caplog.text
