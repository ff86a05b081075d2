"""Set up the tests of this folder: none of them keeps the log of all its examples."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from _pytest.logging import LogCaptureHandler

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Take out what keeps each line, and the objects in it, until a test of thousands ends."""
    logger = logging.getLogger()
    others = [one for one in logger.handlers if not isinstance(one, LogCaptureHandler)]
    with mock.patch.object(logger, "handlers", others):
        return (yield)
