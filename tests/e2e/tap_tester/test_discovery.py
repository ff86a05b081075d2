"""Discovery: names, keys, replication and metadata of every stream."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from jsonschema.validators import Draft7Validator

from tests.e2e.tap_tester.runner import ORGANIZATION, TIME, automatic

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.tap_tester.runner import Promise


def own(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what the metadata say of a stream itself."""
    (found,) = [one["metadata"] for one in entry["metadata"] if not one["breadcrumb"]]
    return dict(found)


def test_every_stream_is_there(
    catalog: dict[str, Any], promised: dict[str, Promise], world: World
) -> None:
    """Discovery finds the streams of the documentation, and the organizations' own modules."""
    modules = {name for one in world.holdings.values() for name in one.spec.modules}
    assert modules
    details = {f"{name}_details" for name in modules}
    assert catalog.keys() == promised.keys() | modules | details


def test_names(catalog: dict[str, Any]) -> None:
    """A stream is called by lower-case words, and goes by the same name everywhere."""
    assert [name for name in catalog if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert {name: entry["stream"] for name, entry in catalog.items()} == {n: n for n in catalog}


def test_keys(catalog: dict[str, Any], promised: dict[str, Promise]) -> None:
    """Keys are the documented ones, and metadata and catalog name the same."""
    told = {name: catalog[name]["key_properties"] for name in promised}
    assert told == {name: promise.keys for name, promise in promised.items()}
    assert {name: own(entry)["table-key-properties"] for name, entry in catalog.items()} == {
        name: entry["key_properties"] for name, entry in catalog.items()
    }


def test_every_key_names_the_organization(catalog: dict[str, Any]) -> None:
    """Rows of two organizations never meet: the organization is the first part of every key."""
    assert {entry["key_properties"][0] for entry in catalog.values()} == {ORGANIZATION}


def test_replication(catalog: dict[str, Any], promised: dict[str, Promise]) -> None:
    """What is documented as incremental has its replication key, all else is FULL_TABLE."""
    told = {name: (entry["replication_method"], entry.get("replication_key"),
                   own(entry).get("replication-key"), own(entry).get("valid-replication-keys"))
            for name, entry in catalog.items() if name in promised}  # fmt: skip
    keys = {name: one.replication_key for name, one in promised.items()}
    whole = ("FULL_TABLE", None, None, None)
    assert told == {
        name: ("INCREMENTAL", key, key, [key]) if key else whole for name, key in keys.items()
    }
    assert {TIME, "as_of", "to_date", "date", "seen_on", None} == {*keys.values()}


def test_fields_are_automatic_or_available(catalog: dict[str, Any]) -> None:
    """Exactly keys and replication keys are automatic; every other field can be left out."""
    wanted = {name: {*entry["key_properties"], *filter(None, [entry.get("replication_key")])}
              for name, entry in catalog.items()}  # fmt: skip
    assert {name: automatic(entry) for name, entry in catalog.items()} == wanted
    kinds = {
        one["metadata"]["inclusion"] for entry in catalog.values() for one in entry["metadata"]
    }
    assert kinds == {"automatic", "available"}


def test_every_field_has_metadata_once(catalog: dict[str, Any]) -> None:
    """Fields and metadata are the same set, and nothing is described twice."""
    for name, entry in catalog.items():
        crumbs = Counter(tuple(one["breadcrumb"]) for one in entry["metadata"])
        assert max(crumbs.values()) == 1, name
        assert {c[1] for c in crumbs if len(c) == 2} == entry["schema"]["properties"].keys(), name


def test_schemas_are_json_schema(catalog: dict[str, Any]) -> None:
    """Every schema is valid, and says of every field of which types it is."""
    for entry in catalog.values():
        Draft7Validator.check_schema(entry["schema"])
    untyped = [(name, field) for name, entry in catalog.items()
               for field, schema in entry["schema"]["properties"].items()
               if "type" not in schema]  # fmt: skip
    assert untyped == []


def test_what_costs_more_calls_is_asked_for_by_name(
    catalog: dict[str, Any], promised: dict[str, Promise]
) -> None:
    """The streams that the page does not name as selected are not, nor documents of modules."""
    unselected = {n for n, entry in catalog.items() if not own(entry)["selected-by-default"]}
    documents = {name for name in catalog.keys() - promised.keys() if name.endswith("_details")}
    assert documents
    unnamed = {name for name, promise in promised.items() if not promise.is_selected}
    assert unselected == unnamed | documents
