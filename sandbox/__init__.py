"""A double of Zoho Books v3 and Zoho Accounts, for the demo and for tests."""

from sandbox.api.faults import Faults
from sandbox.data.catalog import Behaviour
from sandbox.data.organizations import CustomField, OrganizationSpec
from sandbox.messages import Answer, Call, Request
from sandbox.server.serving import serve
from sandbox.world import World

__all__ = [
    "Answer",
    "Behaviour",
    "Call",
    "CustomField",
    "Faults",
    "OrganizationSpec",
    "Request",
    "World",
    "serve",
]
