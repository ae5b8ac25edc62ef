"""Accounts, sessions and tokens as rows for people and as JSON: what they may do, until when, how their holders are known."""

from __future__ import annotations

from typing import Any

from proofbook.people.account import Account
from proofbook.people.roll import Proofs, Token
from proofbook.people.sessions import Session
from proofbook.readmodel.people import PersonEvent

ACCOUNT_TITLES = ("account", "name", "roles", "state", "until", "signs in", "second factor")
SESSION_TITLES = ("session", "account", "method", "opened", "last seen", "address")
TOKEN_TITLES = ("token", "holder", "scopes", "state", "note")
_STATES = {"open": "active", "not_yet": "not yet", "disabled": "disabled", "expired": "expired"}


def account_cells(account: Account, proofs: Proofs, now: str) -> tuple[str, ...]:
    """As a row of a table."""
    terms = account.terms
    until = _second(terms.until) if terms.until is not None else "-"
    return (
        account.id,
        terms.name,
        _roles(account),
        _STATES[account.assess_at(now)],
        until,
        _way_in(account, proofs),
        _second_factor(account, proofs),
    )


def account_json(account: Account, proofs: Proofs, now: str) -> dict[str, Any]:
    """Everything, with names."""
    terms = account.terms
    return {
        "account": account.id,
        "name": terms.name,
        "email": terms.email,
        "roles": sorted(terms.roles),
        "engagement": terms.engagement,
        "from": terms.since,
        "until": terms.until,
        "state": terms.state,
        "now": account.assess_at(now),
        "sign_in": terms.sign_in,
        "issuer": terms.issuer,
        "subject": terms.provider_subject,
        "password": proofs.password is not None,
        "second_factor": proofs.totp is not None if terms.sign_in == "local" else None,
        "version": account.version,
        "entry": account.index,
        "recorded": account.recorded,
        "by": account.recorded_by,
        "because": account.because,
    }


def account_facts(account: Account, proofs: Proofs, now: str) -> list[tuple[str, object]]:
    """One a line."""
    terms = account.terms
    return [
        ("account", account.id),
        ("name", terms.name),
        ("e-mail", terms.email or "not stated"),
        ("roles", _roles(account)),
        ("engagement", terms.engagement or "-"),
        ("from", terms.since or "at once"),
        ("until", terms.until or "no end is set"),
        ("state", _STATES[account.assess_at(now)]),
        ("signs in", _way_in(account, proofs)),
        ("second factor", _second_factor(account, proofs)),
        ("last changed", f"{_second(account.recorded)} by {account.recorded_by}: {account.because}"),
    ]


def event_line(event: PersonEvent) -> str:
    """One thing that happened to an account."""
    body = event.body
    what = body.get("what") or body.get("reason") or body.get("because") or body.get("method") or body.get("note") or ""
    return f"{_second(event.recorded)}  {event.kind}  {what}  by {event.actor}".replace("    ", "  ")


def session_cells(session: Session) -> tuple[str, ...]:
    """As a row of a table."""
    seen = (_second(session.opened), _second(session.last_seen))
    return (session.id, session.account, session.method, *seen, session.address or "unknown")


def session_json(session: Session) -> dict[str, Any]:
    """Everything but what the browser holds, which is kept nowhere."""
    names = ("account", "method", "second_factor", "opened", "last_seen", "address")
    return {"session": session.id} | {name: getattr(session, name) for name in names}


def token_cells(token: Token, now: str) -> tuple[str, ...]:
    """As a row of a table."""
    state = token_state(token, now)
    moment = {"revoked": token.revoked, "in force": token.expires, "expired": token.expires}[state]
    shown = f"{state}{' until' if state == 'in force' else ''} {_second(moment or '')}"
    return (token.id, f"{token.holder} ({token.holder_kind})", " ".join(sorted(token.scopes)), shown, token.note or "-")


def token_json(token: Token, now: str) -> dict[str, Any]:
    """Everything but the secret, which is kept nowhere."""
    names = ("holder", "holder_kind", "engagement", "expires", "note", "issued", "issued_by", "revoked", "revoked_reason")
    found: dict[str, Any] = {"token": token.id, "scopes": sorted(token.scopes), "state": token_state(token, now)}
    return found | {name: getattr(token, name) for name in names}


def token_state(token: Token, now: str) -> str:
    """`in force`, `expired` or `revoked`."""
    return "revoked" if token.revoked is not None else "expired" if token.expires <= now else "in force"


def _roles(account: Account) -> str:
    roles = ", ".join(sorted(account.terms.roles)) or "none"
    return roles if account.terms.engagement is None else f"{roles} of {account.terms.engagement}"


def _way_in(account: Account, proofs: Proofs) -> str:
    if account.terms.sign_in == "provider":
        bound = "" if account.terms.provider_subject is not None else ", not yet"
        return f"through {account.terms.issuer}{bound}"
    if proofs.password is not None:
        return "by password"
    return "invited" if proofs.link is not None else "not yet: no password"


def _second_factor(account: Account, proofs: Proofs) -> str:
    if account.terms.sign_in == "provider":
        return "at the provider"
    return "set up" if proofs.totp is not None else "none"


def _second(instant: str) -> str:
    return instant.partition(".")[0] + "Z"
