"""The accounts server grants, refuses, exchanges and revokes as Zoho's does."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import Request, Response, World
from sandbox.oauth.accounts import ALL_SCOPES
from sandbox.oauth.consent import compute_challenge
from sandbox.oauth.regions import REGIONS
from tests.sandbox.client import Client, Clock, decode_body

REDIRECT = "http://127.0.0.1:8123/callback"


def open_consent(client: Client, **params: str) -> Response:
    """Open the consent page."""
    given = {
        "response_type": "code",
        "client_id": client.world.credentials.client_id,
        "scope": "ZohoBooks.invoices.READ,ZohoBooks.settings.READ",
        "redirect_uri": REDIRECT,
        "access_type": "offline",
        "state": "xyz",
        **params,
    }
    return client.world.answer(Request("GET", "/oauth/v2/auth", given))


def read_redirect(response: Response) -> dict[str, str]:
    """Return the parameters that the browser passes to the redirect address."""
    assert response.status == 302
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange_code(client: Client, code: str, **form: str) -> dict[str, object]:
    """Turn a code into tokens."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **form}
    return client.mint(**given)


def test_a_refresh_responds_with_a_token_and_the_api_host(client: Client) -> None:
    """A refresh gives a token for an hour and api_domain, and no refresh token."""
    response = client.mint()
    assert set(response) == {"access_token", "api_domain", "token_type", "expires_in"}
    assert (response["api_domain"], response["expires_in"]) == ("https://www.zohoapis.com", 3600)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"refresh_token": "1000.wrong"}, "invalid_code"),
        ({"client_id": "1000.WRONG"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"grant_type": "authorization_code", "code": "1000.wrong"}, "invalid_code"),
        ({"grant_type": "client_credentials"}, "missing_org_info"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
def test_errors_of_the_token_endpoint_are_http_200(
    client: Client, form: dict[str, str], error: str
) -> None:
    """A wrong refresh token, client, secret or code is an error in the body of a 200."""
    response = client.accounts(**form)
    assert (response.status, decode_body(response)) == (200, {"error": error})


def test_only_a_posted_form_or_query_is_read(client: Client) -> None:
    """Parameters may be in the query or the form; a JSON body or a GET fails."""
    known = client.world.credentials
    given = {
        "grant_type": "refresh_token",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "refresh_token": known.refresh_token,
    }
    path = "/oauth/v2/token"
    send = client.world.answer
    assert "access_token" in decode_body(send(Request("POST", path, params=given)))
    assert decode_body(send(Request("POST", path, body=b"{}"))) == {"error": "invalid_client"}
    assert send(Request("GET", path, params=given)).status == 405


def test_client_credentials_name_an_organization(client: Client) -> None:
    """With soid a self client gets a token without a refresh token, for the scopes it asks."""
    form = {
        "grant_type": "client_credentials",
        "soid": f"ZohoBooks.{client.organization_id}",
        "scope": "ZohoBooks.bills.READ",
    }
    client.token = client.mint(**form)["access_token"]
    assert client.call("bills").status == 200
    assert client.call("items").code == 57


def test_client_id_and_secret_may_come_in_a_basic_header(client: Client) -> None:
    """A Basic header serves for client id and secret."""
    known = client.world.credentials
    pair = b64encode(f"{known.client_id}:{known.client_secret}".encode()).decode()
    form = {"grant_type": "client_credentials", "soid": "ZohoBooks.1"}
    request = Request("POST", "/oauth/v2/token", {}, {"authorization": f"Basic {pair}"}, form)
    assert "access_token" in decode_body(client.world.answer(request))


def test_consent_brings_a_code_and_the_data_center(client: Client) -> None:
    """The redirect carries code, state, location and accounts-server."""
    back = read_redirect(open_consent(client))
    assert set(back) == {"code", "state", "location", "accounts-server"}
    assert (back["state"], back["location"]) == ("xyz", "us")
    assert back["accounts-server"] == "https://accounts.zoho.com"


def test_a_code_is_good_for_one_exchange(client: Client) -> None:
    """A code gives a refresh token with the scopes asked for, once."""
    code = read_redirect(open_consent(client))["code"]
    tokens = exchange_code(client, code)
    assert tokens["scope"] == "ZohoBooks.invoices.READ ZohoBooks.settings.READ"
    client.token = str(tokens["access_token"])
    assert client.call("invoices").status == 200
    assert client.call("bills").code == 57
    assert "access_token" in client.mint(refresh_token=str(tokens["refresh_token"]))
    assert exchange_code(client, code) == {"error": "invalid_code"}


def test_a_code_of_the_web_is_good_for_two_minutes(client: Client, clock: Clock) -> None:
    """Two minutes after consent the code is invalid."""
    first, second = (read_redirect(open_consent(client))["code"] for _ in range(2))
    clock.forward(119)
    assert "refresh_token" in exchange_code(client, first)
    clock.forward(1)
    assert exchange_code(client, second) == {"error": "invalid_code"}


def test_a_code_is_bound_to_its_redirect_and_its_challenge(client: Client) -> None:
    """Another redirect address, or another PKCE verifier, does not get the tokens."""
    code = read_redirect(open_consent(client))["code"]
    wrong = exchange_code(client, code, redirect_uri="http://127.0.0.1:9/callback")
    assert wrong == {"error": "invalid_redirect_uri"}
    asked = {"code_challenge": compute_challenge("v" * 43), "code_challenge_method": "S256"}
    first, second = (read_redirect(open_consent(client, **asked))["code"] for _ in range(2))
    assert exchange_code(client, first) == {"error": "invalid_code"}
    assert "refresh_token" in exchange_code(client, second, code_verifier="v" * 43)


def test_without_offline_access_there_is_no_refresh_token(client: Client) -> None:
    """A code asked for without access_type=offline gives an access token only."""
    code = read_redirect(open_consent(client, access_type="online"))["code"]
    assert "refresh_token" not in exchange_code(client, code)


def test_a_user_may_deny_or_decide_on_a_page(client: Client) -> None:
    """Denied consent comes back as access_denied; with "ask" there is a page with two buttons."""
    client.world.accounts.consent.decision = "deny"
    assert read_redirect(open_consent(client)) == {"state": "xyz", "error": "access_denied"}
    client.world.accounts.consent.decision = "ask"
    page = open_consent(client)
    assert page.status == 200
    assert b'id="accept"' in page.body
    assert "code" in read_redirect(open_consent(client, decision="grant"))


def test_more_than_ten_codes_in_ten_minutes_are_denied(client: Client, clock: Clock) -> None:
    """The eleventh consent in ten minutes is denied."""
    assert all("code" in read_redirect(open_consent(client)) for _ in range(10))
    assert read_redirect(open_consent(client))["error"] == "access_denied"
    clock.forward(601)
    assert "code" in read_redirect(open_consent(client))


@pytest.mark.parametrize("uri", ["https://evil.example/callback", "ftp://127.0.0.1/", ""])
def test_no_code_goes_to_an_address_that_is_not_registered(client: Client, uri: str) -> None:
    """An unknown redirect address, or client, gets a page and no redirect."""
    assert open_consent(client, redirect_uri=uri).status == 400
    assert open_consent(client, client_id="1000.OTHER").status == 400
    client.world.accounts.consent.redirect_uris = {"http://127.0.0.1:1/registered"}
    assert open_consent(client).status == 400


def test_a_self_clients_code_needs_no_redirect(client: Client, clock: Clock) -> None:
    """A code from the console is good for the minutes chosen there, once, without a redirect."""
    accounts = client.world.accounts
    code = accounts.issue_self_client_code(clock(), ALL_SCOPES)
    late = accounts.issue_self_client_code(clock(), life=timedelta(minutes=3))
    assert "refresh_token" in client.mint(grant_type="authorization_code", code=code)
    clock.forward(180)
    assert exchange_code(client, late) == {"error": "invalid_code"}


@pytest.mark.parametrize("path", ["/oauth/v2/token/revoke", "/oauth/v2/revoke/token"])
def test_a_revoked_token_is_dead(client: Client, path: str) -> None:
    """Revoking a refresh token ends it and every access token issued from it."""
    known = client.world.credentials
    given = b64encode(f"{known.client_id}:{known.client_secret}".encode()).decode()
    request = Request(
        "POST", path, {"token": known.refresh_token}, {"authorization": f"Basic {given}"}
    )
    assert decode_body(client.world.answer(request)) == {"status": "success"}
    assert client.call("items").code == 57
    assert decode_body(client.accounts()) == {"error": "invalid_code"}
    assert decode_body(client.world.answer(request)) == {"error": "invalid_token"}


def test_the_newer_path_revokes_only_with_the_client_id(client: Client) -> None:
    """The newer path requires the client id; the older one needs the token only."""
    given = {"token": client.world.credentials.refresh_token}
    newer, older = (Request("POST", f"/oauth/v2/{path}", given) for path in
                    ("revoke/token", "token/revoke"))  # fmt: skip
    assert decode_body(client.world.answer(newer)) == {"error": "invalid_client"}
    assert decode_body(client.world.answer(older)) == {"status": "success"}


def test_serverinfo_names_every_accounts_server(client: Client) -> None:
    """Serverinfo names the accounts server of every data center."""
    found = decode_body(client.world.answer(Request("GET", "/oauth/serverinfo")))
    assert found["result"] == "success"
    assert found["locations"]["ca"] == "https://accounts.zohocloud.ca"
    assert set(found["locations"]) == set(REGIONS)


@pytest.mark.parametrize(("multi_dc", "error"), [(False, "invalid_client"), (True, "invalid_code")])
@pytest.mark.parametrize("by_host", [True, False])
def test_another_data_center_knows_neither_client_nor_code(
    clock: Clock, *, multi_dc: bool, error: str, by_host: bool
) -> None:
    """A token call to another data center's accounts server fails as a wrong client or code."""
    client = Client(World.build(rows=3, clock=clock, region="eu"), clock)
    client.world.accounts.multi_dc = multi_dc
    known = client.world.credentials
    form = {
        "grant_type": "refresh_token",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "refresh_token": known.refresh_token,
    }
    for region, (host, _) in REGIONS.items():
        path = "/oauth/v2/token" if by_host else f"/dc/{region}/oauth/v2/token"
        response = decode_body(
            client.world.answer(Request("POST", path, form=form, host=host if by_host else ""))
        )
        if region == "eu":
            assert response["api_domain"] == "https://www.zohoapis.eu"
        else:
            assert response == {"error": error}


def test_books_of_another_data_center_refuse_the_token(client: Client) -> None:
    """A call to another data center's API host is 401 code 57."""
    headers = {"authorization": f"Zoho-oauthtoken {client.token}"}
    params = {"organization_id": client.organization_id}
    outcomes = [
        client.world.answer(Request("GET", "/books/v3/items", params, headers, host=host)).status
        for host in ("www.zohoapis.com", "www.zohoapis.in", "127.0.0.1")
    ]
    assert outcomes == [200, 401, 200]
