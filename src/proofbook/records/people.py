"""Who may use the portal, who came in, and what they looked at: accounts, sign-in, sessions, tokens, looks.

What an account may do is what the newest `account.set` of it says; secrets are never here. Nothing that was typed by somebody
unknown is kept: it may be a password in the wrong field. Source: soc2.md 8.7; design.md 11.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import ID_FORM, Moment, Stated, Text

AccountId: TypeAlias = Annotated[str, Field(pattern=ID_FORM)]
RoleName: TypeAlias = Literal["administrator", "service", "preparer", "reviewer", "lead", "auditor"]
Proof: TypeAlias = Literal["local_account", "oidc", "start_key", "api_token"]
SecondFactor: TypeAlias = Literal["none", "totp", "recovery_code", "by_provider", "unknown"]
LinkPurpose: TypeAlias = Literal["invitation", "reset"]
CredentialEvent: TypeAlias = Literal[
    "password_set",
    "totp_enrolled",
    "totp_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "link_issued",
    "link_used",
]  # fmt: skip
RefusalReason: TypeAlias = Literal[
    "unknown_account",
    "wrong_password",
    "no_password",
    "second_factor_missing",
    "wrong_second_factor",
    "locked",
    "too_many",
    "disabled",
    "not_yet",
    "expired",
    "no_role",
    "stale_credentials",
    "provider",
    "no_account",
]
EndReason: TypeAlias = Literal[
    "signed_out", "idle", "absolute", "account_changed", "account_expired", "ended_by_administrator", "replaced"
]


class AccountSet(Document):
    """Body of `account.set`: an account in full, as it stands from here on."""

    account: AccountId = Field(description="id of the account; never given to somebody else")
    name: Text = Field(description="whose account it is, as it appears in evidence")
    email: Stated = Field(description="address for messages; null: not stated")
    roles: list[RoleName] = Field(description="what the account is for, sorted; empty: nothing at all")
    engagement: Stated = Field(description="engagement an auditor is confined to; null for everybody else")
    from_: Moment | None = Field(alias="from", description="first moment at which it opens anything; null: at once")
    until: Moment | None = Field(description="moment from which it opens nothing any more; null: no end is set")
    state: Literal["active", "disabled"] = Field(description="whether it opens anything at all")
    sign_in: Literal["local", "provider"] = Field(description="by a password kept here, or through an OpenID Connect provider")
    issuer: Stated = Field(description="the provider's issuer; null for local accounts")
    provider_subject: Stated = Field(
        description="the provider's own name of the person; null for local accounts, and until the first sign-in"
    )
    because: Text = Field(description="why it was made or changed, in words")


class AccountCredential(Document):
    """Body of `account.credential`: what somebody signs in with was changed; the actor says by whom. No secret is kept."""

    account: AccountId = Field(description="whose")
    what: CredentialEvent = Field(description="what happened")
    link: Stated = Field(description="public id of the one-time link, for its issue and its use; otherwise null")
    purpose: LinkPurpose | None = Field(description="what the link is for; otherwise null")
    expires: Moment | None = Field(description="moment from which the link opens nothing; otherwise null")


class SessionOpened(Document):
    """Body of `session.opened`: somebody signed in."""

    session: Text = Field(description="public id of the session; not what the browser holds")
    account: AccountId = Field(description="whose account")
    account_version: Text = Field(description="id of the `account.set` entry that was in force")
    method: Proof = Field(description="how they were known")
    second_factor: SecondFactor = Field(description="what was shown besides")
    address: Stated = Field(description="address the connection came from; null: not known")


class SessionRefused(Document):
    """Body of `session.refused`: attempts to sign in that did not succeed."""

    account: AccountId | None = Field(description="whose account was tried; null when there is no such account")
    method: Proof = Field(description="how they tried to be known")
    reason: RefusalReason = Field(description="why it did not succeed")
    count: int = Field(ge=1, description="attempts this entry stands for")
    since: Moment = Field(description="when the first of them was made")


class SessionEnded(Document):
    """Body of `session.ended`: a session opens nothing any more."""

    session: Text = Field(description="public id of the session")
    account: AccountId = Field(description="whose account")
    reason: EndReason = Field(description="how it ended")


class TokenIssued(Document):
    """Body of `token.issued`: an API token was made; only a hash of its secret is kept."""

    token: Text = Field(description="id of the token, never its secret")
    holder: Text = Field(description="account that it acts for, or name of the service")
    holder_kind: Literal["account", "service"] = Field(description="which of the two")
    scopes: list[Text] = Field(description="permissions it has at most, sorted")
    engagement: Stated = Field(description="engagement it is confined to; null: none")
    expires: Moment = Field(description="moment from which it opens nothing")
    secret_sha256: Text = Field(description="digest of the whole token as it is sent; the token itself is not kept")
    note: str = Field(description="what it is for, in words")


class TokenRevoked(Document):
    """Body of `token.revoked`: an API token opens nothing any more."""

    token: Text = Field(description="id of the token")
    reason: Text = Field(description="why, in words")


class PortalViewed(Document):
    """Body of `portal.viewed`: somebody looked at a page whose looks are kept account of."""

    session: Text = Field(description="public id of the session, or id of the token")
    account: Text = Field(description="who looked")
    engagement: Stated = Field(description="engagement the visitor is confined to; null: none")
    page: Text = Field(description="address of the page with the parts that vary named, as in /exchanges/{exchange}")
    subjects: list[Text] = Field(max_length=100, description="ids of what was shown, in the order of the address")
    status: int = Field(ge=100, le=599, description="status of the answer")
