"""The session of all requests: errors of one kind, and no more work a request than it needs."""

from __future__ import annotations

import os
import re
import ssl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
from typing_extensions import override
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.transport import CERTIFICATE_FILE
from tap_zohobooks.regions import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests.auth import AuthBase

# What `requests` leaves as it is: to find that out takes it a tenth of the time of a request.
_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", re.ASCII)


class ServiceSession(requests.Session):
    """A session whose errors are all of one kind, and that reaches this machine without a proxy."""

    def __init__(self) -> None:
        """Start without settings: those of a host are read before its first request."""
        super().__init__()
        self._known_settings: dict[tuple[str, str], Any] = {}

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request.

        Raises:
            ConfigError: The CA certificates that a variable names do not exist, or the certificate
                of the server, or of a proxy, is not trusted.
            requests.RequestException: There is no response.
        """
        with _explain_errors():
            return super().request(*args, **kwargs)

    def fetch(
        self, url: str, params: Mapping[str, str | int], auth: AuthBase, timeout: float
    ) -> requests.Response:
        """Send a GET request without cookies and redirects, with headers and hooks of the session.

        What `request` does beside takes half of its time, and the tap uses none of it. Raises as
        `request` does.
        """
        with _explain_errors():
            request = requests.PreparedRequest()
            request.method = "GET"
            query = urlencode(params)
            if query and _PLAIN_URL.fullmatch(url):
                request.url = f"{url}?{query}"
            else:
                request.prepare_url(url, query)
            request.prepare_headers(self.headers)
            address = str(request.url)
            settings = self.merge_environment_settings(address, {}, False, None, None)  # noqa: FBT003  # it takes no keyword
            settings["timeout"] = timeout
            response = self.get_adapter(address).send(auth(request), **settings)
            for hook in self.hooks["response"]:
                response = hook(response, **settings) or response
            _ = response.content  # an adapter may leave it to be read
            return response

    @override
    def merge_environment_settings(self, url: Any, *args: Any) -> Any:
        """Return the settings of variables, read once a host; a loopback address has no proxy.

        To read them takes up to a third of the time of a request.
        """
        known = "/".join(str(url).split("/", 3)[:3]), str(args)
        if known not in self._known_settings:
            merged = super().merge_environment_settings(url, *args)
            if is_loopback(parse_url(str(url)).host):
                merged["proxies"] = {}
            self._known_settings[known] = merged
        found = self._known_settings[known]
        return {**found, "proxies": {**found["proxies"]}}


@contextmanager
def _explain_errors() -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        _check_certificates()
        _check_trust(error)
        raise
    except (OSError, UnicodeError, HTTPError) as error:  # a host that no name server can know
        _check_certificates()
        raise requests.ConnectionError(error) from error


def _check_certificates() -> None:
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", CERTIFICATE_FILE):
        path = os.environ.get(variable)
        if path and not Path(path).exists():
            raise Reason.CA_BUNDLE_MISSING.error(variable=variable, path=path)


def _check_trust(error: requests.RequestException) -> None:
    """Raise the error of a certificate that is not trusted, if it is one."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        url = error.request.url if error.request is not None else ""
        parts = parse_url(url or "")
        problem = getattr(cause, "verify_message", "") or cause
        host = f"{parts.scheme}://{parts.netloc}"
        raise Reason.CERTIFICATE_UNTRUSTED.error(url=host, problem=problem) from error
