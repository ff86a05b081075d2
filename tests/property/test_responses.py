"""Whatever a response holds: a run ends as the table says, in time, and loses nothing silently."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine

from tests.conftest import story_seed
from tests.property.responses.changes import changes
from tests.property.responses.checks import check
from tests.property.responses.scene import CASES, Scene, build_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.property.responses.changes import Change

SHARDS = 4
EXAMPLES = int(os.environ.get("ZOHOBOOKS_RESPONSES", "2000"))
SHRINKING = int(os.environ.get("ZOHOBOOKS_SHRINKING", "60"))  # seconds; see test_stateful.py
MAX_GROWTH = 100 * 1024  # KB of memory that one run takes, over the most that any took before it

plans = st.dictionaries(
    st.integers(0, 30), st.lists(changes, min_size=1, max_size=2), min_size=1, max_size=2
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Return services whose responses each example changes, and what they log."""
    with build_scene() as scene:
        yield scene


def read_peak() -> int:
    """Return the most memory that this process has taken so far, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.timeout(0 if EXAMPLES > 2000 else 600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_any_response(shard: int, scene: Scene) -> None:
    """Any JSON in any place, any body, any header and any status lose nothing silently."""

    @seed(f"{story_seed()}/{shard}")
    @settings(
        max_examples=EXAMPLES // SHARDS, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(st.sampled_from(sorted(CASES)), plans, st.booleans())
    def example(name: str, plan: dict[int, list[Change]], has_state: bool) -> None:  # noqa: FBT001  # drawn
        before = read_peak()
        check(scene, name, plan, has_state=has_state)
        assert read_peak() - before <= MAX_GROWTH

    with mock.patch.object(engine, "MAX_SHRINKING_SECONDS", SHRINKING):
        example()
