"""Controls of a world for other processes: its Python methods over loopback HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from sandbox.data.catalog import Behaviour
from sandbox.faults import Faults
from sandbox.http import JSON, Response, encode
from sandbox.oddities import Oddity

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.http import Request
    from sandbox.world import World

BAD_REQUEST: Final = 400
Query: TypeAlias = "Callable[[dict[str, str]], Any]"
Command: TypeAlias = "Callable[[dict[str, Any]], Any]"


class Control:
    """``GET`` is a query, ``POST`` a command; bodies are JSON objects of a method's arguments."""

    def __init__(self, world: World) -> None:
        """Control a world."""
        self._world = world
        self._queries = self._list_queries(world)
        self._commands = {
            **self._list_data_commands(world),
            **self._list_token_commands(world),
            **self._list_rule_commands(world),
        }

    def _list_queries(self, world: World) -> dict[str, Query]:
        return {
            "log": lambda _params: [asdict(call) for call in world.log],
            "rows": lambda params: world.rows(params["organization_id"], params["collection"]),
            "revisions": lambda params: world.revisions(
                params["organization_id"], params["collection"]
            ),
            "times": lambda params: world.times(params["organization_id"], params["collection"]),
            "summary": self._summarize,
        }

    def _list_data_commands(self, world: World) -> dict[str, Command]:
        return {
            "insert": lambda given: {"id": world.insert(**given)},
            "change": self._change,
            "delete": lambda given: world.delete(
                given["organization_id"], given["collection"], given["id"]
            ),
        }

    def _list_token_commands(self, world: World) -> dict[str, Command]:
        return {
            "cancel_tokens": lambda _given: world.cancel_tokens(),
            "expire_tokens": lambda _given: world.expire_tokens(),
            "revoke": lambda given: world.revoke(given["refresh_token"]),
            "grant": lambda _given: {"refresh_token": world.grant_refresh_token()},
            "scopes": lambda given: world.scopes.update(
                {given["refresh_token"]: frozenset(given["scopes"])}
            ),
            "consent": lambda given: setattr(world.accounts.consent, "decision", given["decision"]),
        }

    def _list_rule_commands(self, world: World) -> dict[str, Command]:
        return {
            "faults": lambda given: setattr(world, "faults", Faults(**given)),
            "script": lambda given: world.script.extend(given["faults"]),
            "behaviour": self._set_behaviour,
            "limits": self._set_limits,
            "latency": lambda given: setattr(world, "latency", float(given["seconds"])),
            "padding": world.padding.update,
            "reports": self._set_report_knobs,
            "refuse": lambda given: world.refuse(**given),
            "refuse_documents": lambda given: world.refuse_documents(**given),
            "allow_documents": lambda given: world.single_documents.allow(**given),
            "swap_documents": lambda given: world.single_documents.swaps.update(given["ids"]),
            "oddity": lambda given: world.oddities.update({given.pop("path"): Oddity(**given)}),
            "reset_log": lambda _given: world.log.clear(),
        }

    def answer(self, request: Request) -> Response:
        """Answer a request of the controls; a mistake in it is an error of status 400."""
        verb = request.path.rpartition("/")[2]
        try:
            if request.method == "GET":
                found = self._queries[verb](dict(request.params))
            else:
                found = self._commands[verb](msgspec.json.decode(request.body or b"{}", type=dict))
        except (KeyError, TypeError, ValueError, msgspec.DecodeError) as wrong:
            body = encode({"error": f"{type(wrong).__name__}: {wrong}"})
            return Response(BAD_REQUEST, body, {"Content-Type": JSON})
        return Response(200, encode({} if found is None else found), {"Content-Type": JSON})

    def _change(self, given: dict[str, Any]) -> None:
        self._world.change(
            given.pop("organization_id"), given.pop("collection"), given.pop("id"), **given
        )

    def _set_behaviour(self, given: dict[str, Any]) -> None:
        collection = given.pop("collection")
        self._world.behaviour[collection] = Behaviour(**given)

    def _set_limits(self, given: dict[str, Any]) -> None:
        for name, value in given.items():
            if name not in asdict(self._world.limits):
                msg = f"there is no limit {name!r}"
                raise ValueError(msg)
            setattr(self._world.limits, name, value)

    def _set_report_knobs(self, given: dict[str, Any]) -> None:
        knobs = self._world.reports
        for name, value in given.items():
            if not hasattr(knobs, name):
                msg = f"there is no knob {name!r}"
                raise ValueError(msg)
            setattr(knobs, name, set(value) if name == "missing" else value)

    def _summarize(self, _params: dict[str, str]) -> dict[str, Any]:
        log = self._world.log
        return {
            "calls": len(log),
            "statuses": {str(key): count for key, count in Counter(c.status for c in log).items()},
            "codes": {str(key): count for key, count in Counter(c.code for c in log).items()},
            "organizations": dict(Counter(call.organization_id for call in log)),
            "paths": dict(Counter(call.path for call in log)),
            "mints": len(self._world.mints),
            "most_in_flight": {
                key: meter.most_in_flight for key, meter in self._world.meters.items()
            },
        }
