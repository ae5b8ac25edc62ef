"""Roles of accounts and what each may do: one table, from which everything else follows. What no role gives, nobody may.

Separations (soc2.md 8.7): who administers people neither writes nor approves records nor sees content; who audits only looks, and
holds no other role. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Permission(StrEnum):
    """Something a visitor may do."""

    READ = "read"
    """Look at the staff's pages: records, metadata of exchanges, coverage."""
    READ_CONTENT = "read_content"
    """See content of exchanges, redacted, for a stated purpose."""
    PREPARE = "prepare"
    """Write records."""
    REVIEW = "review"
    """Approve, sign off, ask for changes."""
    DECIDE = "decide"
    """Record decisions on outputs and spot checks."""
    LEAD = "lead"
    """Engagements, the auditor's requests, answers, tool requests."""
    EXPORT = "export"
    """Take populations and evidence rooms away."""
    OVERSEE = "oversee"
    """See who came in, looked, took something away, and what administrators changed."""
    ADMINISTER = "administer"
    """Accounts, tokens, sessions."""
    PUSH = "push"
    """Send records by program."""
    AUDIT = "audit"
    """The auditor's room of one engagement."""


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    SERVICE = "service"
    PREPARER = "preparer"
    REVIEWER = "reviewer"
    LEAD = "lead"
    AUDITOR = "auditor"


ROLES: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset({Permission.READ, Permission.OVERSEE, Permission.ADMINISTER}),
        Role.SERVICE: frozenset({Permission.PUSH}),
        Role.PREPARER: frozenset({Permission.READ, Permission.PREPARE, Permission.DECIDE}),
        Role.REVIEWER: frozenset({Permission.READ, Permission.REVIEW, Permission.DECIDE, Permission.READ_CONTENT}),
        Role.LEAD: frozenset(
            {
                Permission.READ,
                Permission.PREPARE,
                Permission.REVIEW,
                Permission.DECIDE,
                Permission.LEAD,
                Permission.EXPORT,
                Permission.READ_CONTENT,
                Permission.OVERSEE,
            }
        ),
        Role.AUDITOR: frozenset({Permission.AUDIT}),
    }
)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that some roles give together."""
    return frozenset().union(*(ROLES[role] for role in roles))
