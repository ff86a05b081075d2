"""One history of a service that is read while it changes, and of the taps that are killed at it."""

from tests.property.simulation.events import (
    Change,
    Delete,
    End,
    Event,
    Insert,
    Setting,
    Treat,
    Trouble,
    Wait,
)
from tests.property.simulation.history import History

__all__ = [
    "Change",
    "Delete",
    "End",
    "Event",
    "History",
    "Insert",
    "Setting",
    "Treat",
    "Trouble",
    "Wait",
]
