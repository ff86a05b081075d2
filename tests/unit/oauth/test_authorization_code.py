"""A login asks the accounts servers: each answer is told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from typing_extensions import override

from sandbox import World
from sandbox.oauth.regions import REGIONS
from sandbox.server.transport import WorldAdapter
from tap_zohobooks.errors import (
    ConfigError,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
)
from tap_zohobooks.oauth.authorization_code import AuthorizationServers
from tap_zohobooks.oauth.consent import ConsentRequest, OAuthClient
from tap_zohobooks.oauth.credentials import Hosts

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

REDIRECT = "http://127.0.0.1:8123/callback"


class Network(WorldAdapter):
    """The hosts of all data centers, of which some may be out of reach; notes which are asked."""

    def __init__(self, world: World) -> None:
        """Answer from a world."""
        super().__init__(world)
        self.asked: list[str] = []
        self.silent: set[str] = set()

    @override
    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        host = str(request.url).split("/")[2]
        self.asked.append(host)
        if host in self.silent:
            raise requests.ConnectionError
        return super().send(request, *args, **options)


class Scene:
    """A world somewhere, its network, and a client that it knows."""

    def __init__(self, region: str, session: requests.Session) -> None:
        """Build the world."""
        self.world = World.build(rows=1, region=region)
        self.network = Network(self.world)
        self.session = session
        self.slept: list[float] = []
        for scheme in ("http://", "https://"):
            session.mount(scheme, self.network)
        known = self.world.credentials
        self.client = OAuthClient(known.client_id, known.client_secret)

    def accounts(self, hosts: Hosts | None = None) -> AuthorizationServers:
        """Return what a login asks with."""
        return AuthorizationServers(
            hosts or Hosts("auto"), self.session, 1.0, sleep=self.slept.append
        )

    def code(self, **options: Any) -> str:
        """Return a Self Client's grant code."""
        return self.world.accounts.issue_self_client_code(self.world.clock(), **options)


@pytest.fixture
def scene() -> Iterator[Callable[[str], Scene]]:
    """Return a maker of scenes."""
    with requests.Session() as session:
        yield lambda region: Scene(region, session)


Scenes = Callable[[str], Scene]


@pytest.mark.parametrize("region", [name for name in REGIONS if name != "cn"])
def test_a_client_is_found_wherever_it_is(scene: Scenes, region: str) -> None:
    """The server that knows the client is found in any data center."""
    one = scene(region)
    assert one.accounts().home(one.client) == f"https://{REGIONS[region][0]}"


def test_china_is_asked_only_by_name(scene: Scenes) -> None:
    """A search sends nothing to China, unless the region names it."""
    one = scene("cn")
    with pytest.raises(ConfigError, match="invalid_client"):
        one.accounts().home(one.client)
    with pytest.raises(ConfigError, match="invalid_client"):
        one.accounts().exchange(one.client, one.code())
    assert "accounts.zoho.com.cn" not in one.network.asked
    assert one.accounts(Hosts("cn")).home(one.client) == "https://accounts.zoho.com.cn"


def test_a_wrong_secret_is_told_before_an_outage(scene: Scenes) -> None:
    """The server that knows the client decides, even if others do not respond."""
    one = scene("eu")
    one.network.silent = {"accounts.zoho.com", "accounts.zoho.sa"}
    with pytest.raises(ConfigError, match=r"https://accounts.zoho.eu.*invalid_client_secret"):
        one.accounts().home(OAuthClient(one.client.id, "wrong"))


def test_an_outage_is_told_before_a_client_that_nobody_knows(scene: Scenes) -> None:
    """Where a server was silent it may be the one that knows the client."""
    one = scene("eu")
    one.network.silent = {"accounts.zoho.eu"}
    with pytest.raises(ServiceError, match="ConnectionError"):
        one.accounts().home(one.client)


def test_a_code_of_any_data_center_serves(scene: Scenes) -> None:
    """A code of an unknown data center is tried at each; the region is read off the response."""
    one = scene("jp")
    tokens = one.accounts().exchange(one.client, one.code())
    assert (tokens.region, tokens.server) == ("jp", "https://accounts.zoho.jp")
    assert tokens.refresh_token in one.world.scopes
    assert tokens.refresh_token not in repr(tokens)
    assert tokens.access_token not in repr(tokens)


def test_a_code_serves_once(scene: Scenes) -> None:
    """A used code ends in a line that says so."""
    one = scene("us")
    code = one.code()
    one.accounts().exchange(one.client, code)
    with pytest.raises(ReauthorizationNeeded, match="no longer valid"):
        one.accounts().exchange(one.client, code)


@pytest.mark.parametrize("fault", ["html", "500", "drop", "500:server_error", "503:down"])
def test_a_fault_at_a_login_passes(scene: Scenes, fault: str) -> None:
    """A server that met a fault is asked again, after 1 and 2 s, and no other."""
    stage = scene("eu")
    stage.world.accounts.script.extend([fault, fault])
    tokens = stage.accounts(Hosts("eu")).exchange(stage.client, stage.code())
    assert (tokens.region, stage.slept) == ("eu", [1.0, 2.0])
    stage.world.accounts.script.extend([fault] * 3)
    with pytest.raises(ServiceError, match="issued no token"):
        stage.accounts(Hosts("eu")).exchange(stage.client, stage.code())
    assert stage.slept == [1.0, 2.0] * 2


def test_a_throttle_is_told(scene: Scenes) -> None:
    """A throttled exchange is no dead code."""
    one = scene("us")
    one.world.accounts.script.extend(["throttle"] * 9)
    with pytest.raises(QuotaReached):
        one.accounts().exchange(one.client, one.code())


def consented(one: Scene, asking: ConsentRequest, **more: str) -> str:
    """Return the code of a consent."""
    given = dict(parse_qsl(urlsplit(asking.url("", one.client)).query)) | more
    code = f"code-{len(one.world.accounts.consent.codes)}"
    one.world.accounts.consent.authorize(given, one.world.clock(), code, ("us", "x"))
    return code


def test_a_code_is_bound_to_its_login(scene: Scenes) -> None:
    """A code of the web is exchanged with its redirect address and its verifier, and not else."""
    one = scene("us")
    asking, other = (ConsentRequest(REDIRECT, "ZohoBooks.settings.READ") for _ in range(2))
    good, stolen, bare = (consented(one, asking) for _ in range(3))
    accounts = one.accounts()
    assert accounts.exchange(one.client, good, consent=asking).refresh_token in one.world.scopes
    with pytest.raises(ReauthorizationNeeded, match="invalid_code"):
        accounts.exchange(one.client, stolen, consent=other)
    with pytest.raises(ConfigError, match="invalid_redirect_uri"):
        accounts.exchange(one.client, bare)


def test_without_offline_access(scene: Scenes) -> None:
    """A code that brings no refresh token is not mistaken for one that does."""
    one = scene("us")
    asking = ConsentRequest(REDIRECT, "ZohoBooks.settings.READ")
    code = consented(one, asking, access_type="online")
    with pytest.raises(ReauthorizationNeeded, match="without offline access"):
        one.accounts().exchange(one.client, code, consent=asking)


def test_a_token_is_revoked_where_it_lives(scene: Scenes) -> None:
    """A refresh token is ended; a dead one is told to have been dead."""
    one = scene("us")
    token = one.world.credentials.refresh_token
    assert one.accounts().revoke(one.client, token) is True
    assert one.world.scopes == {}
    assert one.accounts().revoke(one.client, token) is False


def test_a_refused_client_does_not_make_a_token_dead(scene: Scenes) -> None:
    """A refused client is not reported as a revoked token."""
    one = scene("us")
    stranger = OAuthClient("unknown", "wrong")
    with pytest.raises(ServiceError, match="invalid_client"):
        one.accounts().revoke(stranger, one.world.credentials.refresh_token)
    assert one.world.credentials.refresh_token in one.world.scopes


def test_a_throttled_mint_is_no_dead_code(scene: Scenes) -> None:
    """Data centers that know the client and not its user do not hide what its own one says."""
    one = scene("eu")
    one.world.accounts.multi_dc = True
    one.world.accounts.mints_allowed = 0
    with pytest.raises(QuotaReached):
        one.accounts().exchange(one.client, one.code())


@pytest.mark.parametrize("hosts", [Hosts("us"), Hosts("auto")])
def test_a_revocation_that_nobody_confirms(scene: Scenes, hosts: Hosts) -> None:
    """Silence is not taken for a revocation."""
    one = scene("us")
    one.network.silent = {host for host, _ in REGIONS.values()}
    with pytest.raises(
        ServiceError, match="No server has confirmed that the refresh token is revoked"
    ):
        one.accounts(hosts).revoke(one.client, one.world.credentials.refresh_token)
    assert one.world.credentials.refresh_token in one.world.scopes


def test_a_server_that_is_set_may_name_others_beside_it(scene: Scenes) -> None:
    """Servers of the same origin are asked as well; those elsewhere are not."""
    one = scene("eu")
    one.world.accounts.base_url = "http://127.0.0.1:7"
    beside = one.accounts(Hosts("auto", "http://127.0.0.1:7/dc/us"))
    assert beside.home(one.client) == "http://127.0.0.1:7/dc/eu"
    one.world.accounts.base_url = "http://127.0.0.1:8"
    alone = one.accounts(Hosts("auto", "http://127.0.0.1:7/dc/us"))
    assert alone.servers() == ["http://127.0.0.1:7/dc/us"]
    one.world.accounts.base_url = "http://127.0.0.1:7"
    china = "http://127.0.0.1:7/dc/cn"
    assert china not in beside.servers()
    assert china in one.accounts(Hosts("cn", "http://127.0.0.1:7")).servers()
    assert set(one.network.asked) == {"127.0.0.1:7"}


def test_an_expired_code_is_told_apart(scene: Scenes) -> None:
    """The error of an expired code names where and what next, but not the code."""
    one = scene("eu")
    code = one.code(life=timedelta(0))
    with pytest.raises(ReauthorizationNeeded) as caught:
        one.accounts().exchange(one.client, code)
    assert "https://accounts.zoho.eu" in str(caught.value)
    assert "zohobooks login" in str(caught.value)
    assert code not in str(caught.value)
