"""A double of Zoho Books v3 and Zoho Accounts, for the demo and for tests."""

from sandbox.data.catalog import Behaviour
from sandbox.data.organizations import CustomField, OrganizationSpec
from sandbox.faults import Faults
from sandbox.http import LoggedRequest, Request, Response
from sandbox.oddities import Oddity
from sandbox.server.serving import serve
from sandbox.world import World

__all__ = [
    "Behaviour",
    "CustomField",
    "Faults",
    "LoggedRequest",
    "Oddity",
    "OrganizationSpec",
    "Request",
    "Response",
    "World",
    "serve",
]
