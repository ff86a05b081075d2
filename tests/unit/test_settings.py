"""A wrong setting is named in one sentence, which never holds a secret."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from platformdirs import user_cache_dir

from tap_zohobooks import connection, setting_sources, settings
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.oauth.token_store import TokenStore
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from tap_zohobooks.http.shared_state import Cache

GOOD: dict[str, Any] = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}


def validate(**config: Any) -> list[str]:
    """Return the errors of a configuration, as sentences."""
    return [str(one) for one in settings.validate(GOOD | config, settings.SCHEMA)]


def test_required_settings() -> None:
    """Client and refresh token are enough; the other settings have their documented defaults."""
    config = dict(GOOD)
    assert settings.validate(config, settings.SCHEMA) == []
    assert config | GOOD == config
    assert (config["region"], config["page_size"], config["lookback_seconds"]) == ("auto", 200, 300)
    assert (config["requests_per_minute"], config["max_concurrency"]) == (100, 5)
    assert (config["on_quota_exhausted"], config["max_wait_seconds"]) == ("fail", 900)
    assert (config["organization_ids"], config["grant_type"]) == ([], "refresh_token")


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"page_size": 0}, "Setting 'page_size' is wrong"),
        ({"page_size": 201}, "Setting 'page_size' is wrong"),
        ({"max_concurrency": 11}, "Setting 'max_concurrency' is wrong"),
        ({"max_parallel_organizations": 33}, "Setting 'max_parallel_organizations' is wrong"),
        ({"region": "mars"}, "Setting 'region' is wrong"),
        ({"on_quota_exhausted": "cry"}, "Setting 'on_quota_exhausted' is wrong"),
        ({"request_timeout": "soon"}, "Setting 'request_timeout' is wrong"),
        ({"start_date": "soon"}, "Setting 'start_date' is wrong: it is no date-time"),
        ({"start_date": "P3D"}, "Setting 'start_date' is wrong: it is no date-time"),
        ({"api_url": "http://books.example"}, "Setting 'api_url' is not a URL"),
        ({"accounts_url": "nonsense"}, "Setting 'accounts_url' is not a URL"),
        ({"pagesize": 5}, "Unknown setting"),
        ({"client_id": ""}, "Setting 'client_id' is missing: every run needs it. Set it;"),
        ({"refresh_token": None}, "Setting 'refresh_token' is missing"),
        ({"grant_type": "client_credentials"}, "Setting 'organization_ids' is missing"),
        ({"access_token": "t"}, "Setting 'region' is missing"),
        ({"token_cache": "~nobody-at-all/x"}, "Setting 'token_cache' is wrong"),
        ({"user_agent": "täp"}, "Setting 'user_agent' is wrong: it holds characters"),
    ],
)
def test_wrong_settings_are_named(config: dict[str, Any], found: str) -> None:
    """Each wrong setting gives one sentence that begins with its name."""
    sentences = validate(**config)
    assert len(sentences) == 1
    assert sentences[0].startswith(found)


@pytest.mark.parametrize("name", sorted(settings.SECRETS))
def test_a_secret_is_never_shown(name: str) -> None:
    """A secret of the wrong type is named without its value."""
    (sentence,) = validate(**{name: 13579})
    assert f"'{name}'" in sentence
    assert "13579" not in sentence


@pytest.mark.parametrize(
    ("start", "instant"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T00:00:00Z", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T00:00:00+05:30", "2026-01-30T18:30:00+00:00"),
    ],
)
def test_start_date_is_an_instant(start: str, instant: str) -> None:
    """A day, or a time with any offset, is read as an instant in UTC."""
    config = GOOD | {"start_date": start}
    assert settings.validate(config, settings.SCHEMA) == []
    assert config["start_date"] == instant


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and lists in variables are converted to their types."""
    for name, value in (("PAGE_SIZE", "50"), ("REQUEST_TIMEOUT", "2.5"),
                        ("ORGANIZATION_IDS", '["7","8"]')):  # fmt: skip
        monkeypatch.setenv(f"TAP_ZOHOBOOKS_{name}", value)
    tap = TapZohoBooks(config=dict(GOOD), parse_env_config=True, setup_mapper=False)
    assert tap.config["page_size"] == 50
    assert tap.config["request_timeout"] == 2.5
    assert tap.config["organization_ids"] == ["7", "8"]


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable whose setting is a number and that holds none is named."""
    monkeypatch.setenv("TAP_ZOHOBOOKS_PAGE_SIZE", "many")
    with pytest.raises(
        ConfigError,
        match=r"Variable TAP_ZOHOBOOKS_PAGE_SIZE is wrong: it is no whole number\. Correct it",
    ):
        TapZohoBooks(config=dict(GOOD), parse_env_config=True)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for an .env that is not UTF-8 names the file, not a setting."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"TAP_ZOHOBOOKS_REGION=\xff\n")
    with pytest.raises(ConfigError, match=r"\.env cannot be read: it is not text in UTF-8"):
        setting_sources.read_environment(settings.SCHEMA)


def test_an_env_file_of_another_user_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for an .env that may not be read says why."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(setting_sources, "dotenv_values", refuse)
    with pytest.raises(ConfigError, match=r"\.env cannot be read: Permission denied"):
        setting_sources.read_environment(settings.SCHEMA)


@pytest.mark.parametrize("region", ["cn", "eu"])
def test_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """Files count in their order, variables before them; hosts of .env are for its secrets."""
    monkeypatch.chdir(tmp_path)
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text('{"client_secret": "s", "page_size": 5, "region": "us"}')
    second.write_text('{"page_size": 6}')
    monkeypatch.setenv("TAP_ZOHOBOOKS_LOOKBACK_SECONDS", "7")
    paths = [str(first), setting_sources.ENVIRONMENT, str(second)]
    found = setting_sources.load(paths, settings.SCHEMA)
    assert found == {"client_secret": "s", "page_size": 6, "region": "us", "lookback_seconds": 7}
    assert setting_sources.load(paths[::2], settings.SCHEMA)["page_size"] == 6
    (tmp_path / ".env").write_text(f"TAP_ZOHOBOOKS_REGION={region}\n")
    if region == "cn":
        with pytest.raises(ConfigError, match=r"\.env sets region, and client_secret would be"):
            setting_sources.load(paths, settings.SCHEMA)
    else:
        assert setting_sources.load(paths, settings.SCHEMA)["region"] == "eu"
    with pytest.raises(ConfigError, match="cannot be read as a JSON object"):
        setting_sources.load([str(tmp_path)], settings.SCHEMA)


def test_grants() -> None:
    """The settings choose the grant that mints a token."""
    config = GOOD | {"grant_type": "refresh_token"}
    refresh = connection.grant(config)
    assert refresh is not None
    assert refresh.form()["grant_type"] == "refresh_token"
    credentials = connection.grant(
        GOOD | {"grant_type": "client_credentials", "organization_ids": ["7"]}
    )
    assert credentials is not None
    assert credentials.form()["soid"] == "ZohoBooks.7"
    assert (
        connection.grant({"client_id": "", "client_secret": "", "grant_type": "refresh_token"})
        is None
    )


def open_cache(**config: Any) -> Cache:
    """Return the cache of a configuration."""
    logger = logging.getLogger("test")
    return connection.cache(GOOD | config, logger, clock=lambda: 1.0, wall=lambda: 2.0)


def test_token_cache_names_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be absolute, relative or of a home; an error with it is a warning."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for named in (str(tmp_path / "here"), "here", "~/here"):
        cache = open_cache(token_cache=named)
        assert cache.folder == tmp_path / "here"
        assert cache.level == logging.WARNING


def test_token_cache_is_the_users_own_by_default() -> None:
    """Without the setting the user's cache folder is used; an error with it is no warning."""
    cache = open_cache()
    assert cache.folder == Path(user_cache_dir("tap-zohobooks", appauthor=False))
    assert cache.level == logging.INFO


def test_token_cache_can_be_off() -> None:
    """With off nothing is shared."""
    assert open_cache(token_cache="off").folder is None


def test_shared_times_are_those_of_the_wall() -> None:
    """Shared values bear times of the wall clock; values of one run those of its own clock."""
    assert open_cache(token_cache="off").record(TokenStore).now() == 1.0
    assert open_cache().record(TokenStore).now() == 2.0


def test_secrets_do_not_show_in_values() -> None:
    """The value objects of authentication hide secrets when they are printed."""
    grant = connection.grant({**GOOD, "client_secret": "hush", "grant_type": "refresh_token"})
    assert "hush" not in repr(grant)
