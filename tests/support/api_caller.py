"""A program that calls the API with a token, and the portal of a sample year with people whose tokens it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from proofbook.people.roles import Permission, permissions_of
from proofbook.primitives.instants import format_instant
from proofbook.wiring.access import operator
from proofbook.wiring.system import CLOCK
from support.sample_portal import Reply, Visitor
from support.staffed_portal import Staffed

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Told:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON value."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self.body[:300]
        return str(self.value["code"])


@dataclass(frozen=True, slots=True)
class Program:
    """Holds a token, or none."""

    port: int
    secret: str | None
    token: str = ""

    def get(self, path: str, **headers: str) -> Told:
        """Read."""
        return self.call("GET", path, None, headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Told:
        """Do."""
        sent = {"Content-Type": "application/json", **headers}
        if key is not None:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path, data, sent)

    def call(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Told:
        """Any request; header names with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.secret is not None:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        whole = path if path.startswith("/api") else f"{ROOT}{path}"
        reply: Reply = Visitor(self.port, "").ask(whole, method=method, headers=sent, body=body)
        return Told(reply.status, reply.headers, reply.body)


def give_token(
    portal: Staffed, account: str | None = None, *, service: str | None = None, scopes: Sequence[Permission] | None = None
) -> Program:
    """A token of an account with all that it may, or of a service."""
    people = portal.sources.people
    assert people is not None
    if scopes is None:
        assert account is not None
        scopes = sorted(permissions_of(people.roll.accounts[account].terms.roles) - {Permission.ADMINISTER})
    made = people.issue_token(
        by=operator(),
        scopes=scopes,
        expires=format_instant(CLOCK.now() + timedelta(days=1)),
        account=account,
        service=service,
    )
    return Program(portal.port, made.secret, made.id)


@dataclass(frozen=True, slots=True)
class Callers:
    """Who calls in tests."""

    portal: Staffed
    lead: Program
    reviewer: Program
    auditor: Program
    pipeline: Program
    nobody: Program
    administrator: Program
    """With a token that was issued to administer."""


def refused(told: Told, status: int, code: str) -> bool:
    """Whether an answer is that problem; shows the answer when it is not."""
    assert (told.status, told.code) == (status, code), told.body[:600]
    assert told.value["status"] == status
    return True
