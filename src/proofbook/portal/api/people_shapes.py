"""What the API says of accounts, sessions and tokens. No secret stands here but in the two answers that make one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.portal.api.resource import Shape


class AccountLine(Shape):
    """An account among others."""

    account: str = Field(description="its id")
    name: str = Field(description="whose it is")
    roles: tuple[str, ...] = Field(description="what it is for, sorted")
    engagement: str | None = Field(description="the one engagement of an auditor")
    until: str | None = Field(description="from when it opens nothing any more; null: no end is set")
    state: Literal["open", "disabled", "not_yet", "expired"] = Field(description="whether it opens anything at this moment")
    sign_in: Literal["local", "provider"] = Field(description="how its holder signs in")
    last_seen: str | None = Field(description="when a session of it that is open was seen last; null: none is open")


class AccountsShape(Shape):
    """Accounts."""

    items: tuple[AccountLine, ...] = Field(description="all of them, in the order they were made")


class SessionShape(Shape):
    """A session that is open."""

    session: str = Field(description="its public id; not what the browser holds")
    method: str = Field(description="how its holder was known")
    second_factor: str = Field(description="what was shown besides")
    opened: str = Field(description="when it was opened")
    last_seen: str = Field(description="when it was seen last")
    address: str | None = Field(description="where it came from; null: not known")


class SessionsShape(Shape):
    """Sessions of one account."""

    items: tuple[SessionShape, ...] = Field(description="those that are open, the newest first")


class AccountShape(Shape):
    """One account. `version` is what a change names."""

    account: str = Field(description="its id")
    version: str = Field(description="entry of its newest version")
    index: int = Field(description="place of that entry in the book")
    name: str = Field(description="whose it is")
    email: str | None = Field(description="address; null: not stated")
    roles: tuple[str, ...] = Field(description="what it is for, sorted")
    engagement: str | None = Field(description="the one engagement of an auditor")
    since: str | None = Field(description="from when it opens anything; null: at once")
    until: str | None = Field(description="from when it opens nothing any more; null: no end is set")
    state: Literal["open", "disabled", "not_yet", "expired"] = Field(description="whether it opens anything at this moment")
    sign_in: Literal["local", "provider"] = Field(description="how its holder signs in")
    issuer: str | None = Field(description="the provider that vouches for its holder")
    password: bool = Field(description="whether a password is set here")
    second_factor: bool = Field(description="whether a second factor is set up here")
    link_until: str | None = Field(description="until when a one-time link waits to be used; null: none does")
    sessions: tuple[SessionShape, ...] = Field(description="those that are open, the newest first")
    recorded: str = Field(description="when the newest version was recorded")
    recorded_by: str = Field(description="who wrote it")
    because: str = Field(description="why")


class AccountVersion(Shape):
    """Which version of an account stands now."""

    account: str = Field(description="its id")
    version: str = Field(description="entry of its newest version")


class LinkValues(Shape):
    """A one-time link. This answer is not kept: under its key it is not given again."""

    link: str = Field(description="its public id, as entries name it")
    path: str = Field(description="what its holder opens, behind the address of this portal; a secret, shown this once")
    purpose: Literal["invitation", "reset"] = Field(description="whether a first password is set by it or a new one")
    expires: str = Field(description="when it opens nothing any more")


class EndedSessions(Shape):
    """Sessions that were ended."""

    ended: int = Field(description="how many")


class TokenShape(Shape):
    """A token as it was issued, and what became of it."""

    token: str = Field(description="its public id")
    holder: str = Field(description="account that it acts for, or name of the service")
    holder_kind: Literal["account", "service"] = Field(description="which of the two")
    scopes: tuple[str, ...] = Field(description="permissions that it has at most, sorted")
    engagement: str | None = Field(description="engagement it is confined to")
    note: str = Field(description="what it is for")
    state: Literal["open", "ended", "revoked"] = Field(
        description="what became of it; its holder's account may open nothing besides"
    )
    issued: str = Field(description="when it was issued")
    issued_by: str = Field(description="who issued it")
    through: str | None = Field(description="the token through which it was issued; null: a person issued it")
    expires: str = Field(description="when it opens nothing any more")
    revoked: str | None = Field(description="when it was revoked")
    revoked_reason: str | None = Field(description="why")


class TokensShape(Shape):
    """Tokens."""

    items: tuple[TokenShape, ...] = Field(description="all that were ever issued, the newest first")


class NewTokenValues(Shape):
    """A token that was issued. This answer is not kept: under its key it is not given again."""

    token: str = Field(description="its public id")
    secret: str = Field(description="what is sent as `Authorization: Bearer`; a secret, shown this once")
    expires: str = Field(description="when it opens nothing any more")


class RevokedToken(Shape):
    """A token that opens nothing any more."""

    token: str = Field(description="its public id")
