"""Accounts, their sessions and tokens for programs, read from the roll that the pages of people read."""

from __future__ import annotations

from proofbook.people.account import Account
from proofbook.people.roll import Token
from proofbook.people.sessions import Session
from proofbook.portal.api import people_shapes as shapes
from proofbook.portal.api.resource import Asked, Tagged
from proofbook.portal.entrance.account_acts import people_of
from proofbook.portal.entrance.session_act import own_sessions
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant


def list_accounts(desk: Desk, asked: Asked) -> shapes.AccountsShape:
    """All of them."""
    del asked
    people, now = people_of(desk), format_instant(desk.now)
    seen: dict[str, str] = {}
    for session in people.sessions():
        seen[session.account] = max(session.last_seen, seen.get(session.account, ""))
    return shapes.AccountsShape(items=tuple(_line(each, now, seen.get(each.id)) for each in people.roll.accounts.values()))


def read_account(desk: Desk, asked: Asked, account: str) -> Tagged | None:
    """One, with what its page shows."""
    del asked
    people, now = people_of(desk), format_instant(desk.now)
    roll = people.roll
    found, proofs = roll.accounts.get(account), roll.proofs_of(account)
    if found is None:
        return None
    terms = found.terms
    waits = proofs.link is not None and proofs.link_expires is not None and proofs.link_expires > now
    value = shapes.AccountShape(
        account=found.id,
        version=found.version,
        index=found.index,
        name=terms.name,
        email=terms.email,
        roles=tuple(sorted(terms.roles)),
        engagement=terms.engagement,
        since=terms.since,
        until=terms.until,
        state=found.assess_at(now),
        sign_in=terms.sign_in,
        issuer=terms.issuer,
        password=proofs.password is not None,
        second_factor=proofs.totp is not None,
        link_until=proofs.link_expires if waits else None,
        sessions=tuple(map(_session, people.sessions(account))),
        recorded=found.recorded,
        recorded_by=found.recorded_by,
        because=found.because,
    )
    return Tagged(value, found.version)


def list_tokens(desk: Desk, asked: Asked) -> shapes.TokensShape:
    """All that were ever issued."""
    del asked
    now = format_instant(desk.now)
    return shapes.TokensShape(items=tuple(_token(each, now) for each in reversed(people_of(desk).tokens())))


def list_own_sessions(desk: Desk, asked: Asked) -> shapes.SessionsShape:
    """Those of the token's holder."""
    del asked
    return shapes.SessionsShape(items=tuple(map(_session, own_sessions(desk))))


def _line(account: Account, now: str, seen: str | None) -> shapes.AccountLine:
    terms = account.terms
    return shapes.AccountLine(
        account=account.id,
        name=terms.name,
        roles=tuple(sorted(terms.roles)),
        engagement=terms.engagement,
        until=terms.until,
        state=account.assess_at(now),
        sign_in=terms.sign_in,
        last_seen=seen,
    )


def _session(session: Session) -> shapes.SessionShape:
    names = ("method", "second_factor", "opened", "last_seen", "address")
    return shapes.SessionShape(session=session.id, **{name: getattr(session, name) for name in names})


def _token(token: Token, now: str) -> shapes.TokenShape:
    names = (
        "holder",
        "holder_kind",
        "engagement",
        "note",
        "issued",
        "issued_by",
        "through",
        "expires",
        "revoked",
        "revoked_reason",
    )
    return shapes.TokenShape(
        token=token.id,
        scopes=tuple(sorted(token.scopes)),
        state="revoked" if token.revoked is not None else "ended" if token.expires <= now else "open",
        **{name: getattr(token, name) for name in names},
    )
