"""A double of Zoho Books v3 and Zoho Accounts, for the demo and for tests."""

from sandbox.catalog import Behaviour
from sandbox.faults import Faults
from sandbox.messages import Answer, Call, Request
from sandbox.organizations import CustomField, OrganizationSpec
from sandbox.serving import serve
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
