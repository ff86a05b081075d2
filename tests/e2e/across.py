"""What processes of their own do with a shared folder; imported by each, so it imports little."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from tap_zohobooks.auth import Authenticator
from tap_zohobooks.connection import token_store
from tap_zohobooks.http.shared_state import Cache
from tap_zohobooks.oauth.credentials import Grant, Hosts, Token

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Access:
    """What a process needs to get a token."""

    grant: Grant
    base: str
    folder: Path

    def authenticator(self) -> Authenticator:
        """Return what mints tokens in one process."""
        logger, hosts = logging.getLogger("test"), Hosts("us", self.base, self.base)
        ledger = token_store(Cache(self.folder, logger), self.grant, hosts, 60.0)
        session = requests.Session()
        return Authenticator(self.grant, hosts, session=session, logger=logger, store=ledger)


def token(access: Access) -> Token:
    """Return the token that a process gets."""
    return access.authenticator().token()


def renewed(access: Access, refused: Token) -> Token:
    """Return the token that a process gets which holds a refused one."""
    authenticator = access.authenticator()
    authenticator.token()
    return authenticator.renew(refused)
