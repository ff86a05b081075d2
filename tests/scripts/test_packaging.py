"""What stands around the package agrees with it, and with itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from hub_refresh import list_rewritten, refresh
from meltano_plugin import LOCK, describe_tap, hub, list_selected, lock, plugin
from tap_zohobooks import settings
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.tap import TapZohoBooks

ROOT = Path(__file__).parents[2]
HUB = "docs/hub/tap-zohobooks.yml"
HUB_REQUIRES = {"name", "namespace", "variant", "quality", "pip_url", "capabilities", "settings"}
HUB_KNOWS = {"description", "domain_url", "executable", "keywords", "label", "logo_url",
             "maintenance_status", "select", "settings_group_validation",
             "supported_python_versions"}  # fmt: skip
HUB_KINDS = {"array", "boolean", "date_iso8601", "decimal", "integer", "object", "options",
             "password", "string"}  # fmt: skip
PYPI = {"https://pypi.org", "https://files.pythonhosted.org"}
PINNED = re.compile(
    r"(?P<pin>([\w.-]+==[\w.]+|[\w.-]+ @ https://files.pythonhosted.org/\S+&sha256=\w+)( ;[^\\]+)?)"
    r"( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)
# The first versions without known faults: CVE-2025-68146 and CVE-2026-22701 of filelock,
# CVE-2026-28684 of python-dotenv, CVE-2026-44431 and CVE-2026-44432 of urllib3.
SOUND = {"filelock": (3, 20, 3), "python-dotenv": (1, 2, 2), "urllib3": (2, 7)}
APART = sorted(path.stem for path in (ROOT / "plugins").glob("*.in"))


def text(name: str) -> str:
    """Read a file of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def meltano() -> dict[str, Any]:
    """Read meltano.yml."""
    read: dict[str, Any] = yaml.safe_load(text("meltano.yml"))
    return read


def plugins() -> dict[str, dict[str, Any]]:
    """Return the plugins of meltano.yml by name, that of the tap over its lock file."""
    groups = meltano()["plugins"].values()
    found = {one["name"]: one for group in groups for one in group}
    return found | {"tap-zohobooks": locked() | found["tap-zohobooks"]}


def locked() -> dict[str, Any]:
    """Return the definition of the tap that Meltano reads."""
    read: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))
    return read


def variables() -> dict[str, str]:
    """Return what .env.example sets or proposes."""
    return dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE))


@pytest.mark.fast
def test_meltano_knows_the_tap() -> None:
    """The lock file says of the tap what the tap says of itself, and meltano.yml no other thing."""
    tap = locked()
    assert {part: tap[part] for part in ("capabilities", "settings")} == plugin()
    assert lock() == LOCK.read_text(encoding="utf-8")
    (own,) = meltano()["plugins"]["extractors"]
    assert LOCK.name == f"{own['name']}--{own['variant']}.lock"
    assert not own.keys() & {"select", "settings", "namespace"}  # they would win over the lock file


@pytest.mark.fast
def test_the_hub_is_told_what_meltano_is_told() -> None:
    """The definition for Meltano Hub selects and groups what the lock file does."""
    told = yaml.safe_load(text(HUB))
    tap = locked()
    assert sorted(told["capabilities"]) == plugin()["capabilities"]
    for part in ("select", "settings_group_validation", "pip_url"):
        assert told[part] == tap[part]
    assert told["select"] == list_selected()
    assert hub() == text(HUB)


@pytest.mark.fast
def test_the_hub_survives_its_refresh() -> None:
    """The weekly refresh of the Hub changes nothing in the definition, by the refresh's rules."""
    told = yaml.safe_load(text(HUB))
    assert refresh(told, describe_tap()) == told
    assert [one["name"] for one in told["settings"] if list_rewritten(one["description"])] == []


@pytest.mark.fast
def test_the_refresh_has_rules_of_its_own() -> None:
    """It writes kinds by names, and groups only if they are longer: as hub-utils does."""
    about = describe_tap()
    properties = about["settings"]["properties"]
    properties["api_key"] = {"type": ["string", "null"], "title": "K", "description": "A key."}
    properties["ratio"] = {"type": ["number"], "title": "R", "description": "A ratio."}
    short = yaml.safe_load(text(HUB)) | {"settings_group_validation": []}
    again = refresh(short, about)
    found = {one["name"]: one for one in again["settings"]}
    assert found["api_key"] == {"name": "api_key", "label": "K", "description": "A key.",
                                "kind": "password", "sensitive": True}  # fmt: skip
    assert found["ratio"]["kind"] == "integer"
    assert again["settings_group_validation"] == [["client_id", "client_secret"]]
    assert list_rewritten("Of com.au; and so. on.") == ["on.", "com.au;"]


@pytest.mark.fast
def test_no_stranger_is_installed() -> None:
    """Until the package is on PyPI, the definition names a repository, not the name on PyPI."""
    assert re.fullmatch(r"git\+https://[\w.-]+/[\w./-]+", locked()["pip_url"])


@pytest.mark.fast
def test_the_hub_is_told_the_defaults() -> None:
    """The definition names each default, as the Hub shows them, and none of a secret."""
    schema = TapZohoBooks.config_jsonschema["properties"]
    told = {one["name"]: one.get("value") for one in yaml.safe_load(text(HUB))["settings"]}
    assert {name: told[name] for name in settings.SCHEMA["properties"]} == {
        name: schema[name].get("default") for name in settings.SCHEMA["properties"]
    }


@pytest.mark.fast
def test_the_hub_can_read_its_definition() -> None:
    """It holds what the Hub requires, in words that the Hub knows, and nothing else."""
    told = yaml.safe_load(text(HUB))
    assert HUB_REQUIRES <= told.keys() <= HUB_REQUIRES | HUB_KNOWS
    assert told["maintenance_status"] in {"active", "beta", "development", "inactive", "unknown"}
    assert told["quality"] in {"gold", "silver", "bronze", "unknown"}
    assert {one["kind"] for one in told["settings"]} <= HUB_KINDS
    for one in told["settings"]:
        assert ("options" in one) == (one["kind"] == "options")
        assert one.keys() <= {"name", "label", "kind", "description", "options", "sensitive",
                              "value"}  # fmt: skip


@pytest.mark.fast
def test_the_hub_hides_secrets() -> None:
    """Each secret is sensitive there too, but for the webhook: the refresh goes by names."""
    told = {one["name"] for one in yaml.safe_load(text(HUB))["settings"] if one.get("sensitive")}
    assert settings.SECRETS - told == {settings.WEBHOOK}


@pytest.mark.fast
def test_every_page_names_the_same_settings() -> None:
    """Tap, docs/settings.md, meltano.yml and the Hub's definition know the same settings."""
    shown = set(re.findall(r"^\| `(\w+)` \|", text("docs/settings.md"), re.MULTILINE))
    told = [one["name"] for one in yaml.safe_load(text(HUB))["settings"]]
    listed = [one["name"] for one in locked()["settings"]]
    assert shown == set(settings.SCHEMA["properties"])
    assert set(listed) == {name.partition(".")[0] for name in told}
    assert shown < set(listed)
    assert len(told) == len(set(told))
    assert len(listed) == len(set(listed))


@pytest.mark.fast
def test_secrets_are_sensitive() -> None:
    """Meltano hides every setting that the tap calls secret, and no other."""
    declared = TapZohoBooks.config_jsonschema["properties"]
    secret = {name for name, schema in declared.items() if schema.get("secret")}
    listed = locked()["settings"]
    assert {one["name"] for one in listed if one.get("sensitive")} == secret != set()


@pytest.mark.fast
def test_a_valid_group_of_settings_is_enough() -> None:
    """Each group that Meltano accepts holds all that the tap requires, and only its settings."""
    required = set(TapZohoBooks.config_jsonschema["required"])
    known = set(TapZohoBooks.config_jsonschema["properties"])
    groups = locked()["settings_group_validation"]
    assert groups
    for group in groups:
        assert required <= set(group) <= known


@pytest.mark.fast
def test_details_are_left_out_unless_asked_for() -> None:
    """A run on a real account reads no stream that costs a call a document."""
    kinds = {one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows}
    details = {f"{name}.*" for name, kind in kinds.items() if kind.calls_per_row >= 1}
    assert len(details) > 60
    assert details.isdisjoint(plugins()["tap-zohobooks"]["select"])


@pytest.mark.fast
@pytest.mark.parametrize("name", ["tap-zohobooks", "target-postgres"])
def test_nothing_is_looked_up(name: str) -> None:
    """A plugin with a namespace and a source, here or in its lock file, needs no plugin hub."""
    assert {"namespace", "pip_url", "executable", "settings"} <= plugins()[name].keys()


@pytest.mark.fast
def test_the_catalog_is_always_of_this_version() -> None:
    """Meltano discovers anew at each run: it would not notice that the tap has changed."""
    assert plugins()["tap-zohobooks"]["use_cached_catalog"] is False


@pytest.mark.fast
def test_the_environments_are_there() -> None:
    """The same file serves a real account and the double; the real one is the default."""
    read = meltano()
    assert [one["name"] for one in read["environments"]] == ["prod", "sandbox"]
    assert read["default_environment"] == "prod"
    assert read["send_anonymous_usage_stats"] is False


@pytest.mark.fast
def test_the_job_runs_what_is_defined() -> None:
    """Every task names plugins of the file, and every schedule a job of it."""
    read = meltano()
    tasks = [task for job in read["jobs"] for task in job["tasks"]]
    names = {name.partition(":")[0] for task in tasks for name in task.split()}
    assert names == plugins().keys()
    assert {one["job"] for one in read["schedules"]} <= {job["name"] for job in read["jobs"]}


@pytest.mark.fast
def test_the_example_of_an_environment_holds_settings_only() -> None:
    """Each variable of .env.example is a setting of the plugin that it names."""
    known = {
        f"{one['namespace']}_{setting['name']}".upper()
        for one in plugins().values()
        for setting in one["settings"]
    }
    assert variables().keys() - known == set()


@pytest.mark.fast
def test_the_example_of_an_environment_asks_for_what_is_needed() -> None:
    """The first valid group of settings stands in .env.example, and no secret has a value."""
    group = locked()["settings_group_validation"][0]
    found = variables()
    assert {name: found[f"TAP_ZOHOBOOKS_{name.upper()}"] for name in group} == dict.fromkeys(
        group, ""
    )
    assert found["TARGET_POSTGRES_PASSWORD"] == ""


@pytest.mark.fast
def test_the_example_of_an_environment_is_valid() -> None:
    """What .env.example sets is the default, what it proposes is valid; it knows all regions."""
    declared = settings.SCHEMA["properties"]
    lines = re.findall(r"^(# )?TAP_ZOHOBOOKS_(\w+)=(.+)$", text(".env.example"), re.MULTILINE)
    told = {name.lower(): yaml.safe_load(value) for _, name, value in lines}
    assert {name.lower(): told[name.lower()] for proposed, name, _ in lines if not proposed} == {
        name: declared[name]["default"] for name in ("region", "organization_ids")
    }
    proposals = {name: str(value) if name == "start_date" else value
                 for name, value in told.items()}  # fmt: skip
    secrets = dict.fromkeys(("client_id", "client_secret", "refresh_token"), "x")
    assert settings.validate(secrets | proposals, settings.SCHEMA) == []
    regions = re.search(r"data center \(([a-z ]+)\)", text(".env.example"))
    assert regions is not None
    assert {*regions[1].split(), "auto"} == {*declared["region"]["enum"]} - {None}


@pytest.mark.fast
def test_the_lock_names_no_other_registry() -> None:
    """A clone of the project can fetch all that it needs from PyPI."""
    assert set(re.findall(r"\w+://[^/\"]+", text("uv.lock"))) == PYPI


def pins(name: str) -> list[str]:
    """Return the pins of a file of requirements, each of which has digests."""
    read = re.sub(r"^#.*\n", "", text(name), flags=re.MULTILINE)
    assert PINNED.sub("", read) == ""
    return [found["pin"] for found in PINNED.finditer(read)]


@pytest.mark.fast
@pytest.mark.parametrize("name", APART)
def test_what_lives_apart_is_pinned(name: str) -> None:
    """Each requirement of a program is one version with digests, and the wanted one is there."""
    wanted = [line for line in text(f"plugins/{name}.in").splitlines() if line[0] != "#"]
    assert wanted
    assert set(wanted) <= set(pins(f"plugins/{name}.txt"))


@pytest.mark.fast
def test_the_fetched_uv_is_pinned() -> None:
    """The Makefile's uv is the one whose digests are known."""
    (version,) = re.findall(r"^UV_VERSION := (.+)$", text("Makefile"), re.MULTILINE)
    assert pins("scripts/uv.txt") == [f"uv=={version}"]


@pytest.mark.fast
def test_installs_require_digests() -> None:
    """The Makefile installs no requirements without checking their digests."""
    installs = re.findall(r"pip install .+", text("Makefile"))
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version."""
    return tuple(int(number) for number in version.split("."))


@pytest.mark.fast
@pytest.mark.parametrize("name", SOUND)
def test_no_version_has_known_faults(name: str) -> None:
    """Neither the lowest version that is allowed, nor one that is pinned, has a known fault."""
    floors = re.findall(rf'"{name}>=([\d.]+)', text("pyproject.toml"))
    locked = re.findall(rf'name = "{name}"\nversion = "([\d.]+)"', text("uv.lock"))
    files = "".join(text(f"plugins/{program}.txt") for program in APART)
    pinned = re.findall(rf"^{name}==([\d.]+)", files, re.MULTILINE)
    assert floors
    assert locked
    for version in (*floors, *locked, *pinned):
        assert numbers(version) >= SOUND[name]


@pytest.mark.fast
def test_what_lives_apart_is_installed() -> None:
    """`make plugins` or `make bench` sets up every program that has requirements of its own."""
    lists = re.findall(r"^(?:programs|compared) := (.+)$", text("Makefile"), re.MULTILINE)
    assert sorted(["meltano", *" ".join(lists).split()]) == APART


@pytest.mark.fast
def test_the_build_server_runs_every_check() -> None:
    """.ci/run can be run, and does what `make test` does."""
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert text(".ci/run").endswith("\nexec make test\n")


@pytest.mark.fast
def test_every_promised_python_is_tried() -> None:
    """The build server runs on the versions that the package says it runs on."""
    promised = re.findall(r"Python :: (3\.\d+)", text("pyproject.toml"))
    jobs = yaml.safe_load(text(".github/workflows/test.yml"))["jobs"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == promised


@pytest.mark.fast
@pytest.mark.parametrize("name", ["release", "test"])
def test_actions_are_pinned(name: str) -> None:
    """A workflow uses actions by commit: a tag could be moved."""
    used = re.findall(r"uses: (\S+)", text(f".github/workflows/{name}.yml"))
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one)] == []


@pytest.mark.fast
@pytest.mark.parametrize("name", ["release", "test"])
def test_every_job_ends(name: str) -> None:
    """A job that hangs is stopped within an hour, not after the six hours of the default."""
    jobs = yaml.safe_load(text(f".github/workflows/{name}.yml"))["jobs"]
    assert jobs
    assert {job: 0 < one.get("timeout-minutes", 0) <= 60 for job, one in jobs.items()} == (
        dict.fromkeys(jobs, True)
    )


@pytest.mark.fast
def test_nothing_is_published_before_its_tests() -> None:
    """The package is published only if every check has passed for its commit."""
    jobs = yaml.safe_load(text(".github/workflows/release.yml"))["jobs"]
    checks = [job for job, one in jobs.items()
              if any(step.get("run") == ".ci/run" for step in one["steps"])]  # fmt: skip
    assert checks
    assert {*checks, "build"} <= {*jobs["publish"]["needs"]}


def test_the_wheel_holds_the_package_only(tmp_path: Path) -> None:
    """A wheel has the modules and schemas of tap_zohobooks, and nothing that stands beside it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target=wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        found = {name for name in opened.namelist() if ".dist-info/" not in name}
    package = ROOT / "tap_zohobooks"
    suffixes = {".json", ".py", ".typed"}
    here = {
        str(PurePosixPath(path.relative_to(ROOT)))
        for path in package.rglob("*")
        if path.suffix in suffixes
    }
    assert found == here | {"tap_zohobooks/py.typed"}
