"""What an operator can set about signing in. A value that exists is valid; a wrong one raises `ConfigurationError` naming it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from proofbook.errors import ConfigurationError
from proofbook.openid.addresses import check_url

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """Sessions and second factors of the portal."""

    idle_minutes: int = 30
    """Minutes without a request after which a session ends."""
    absolute_hours: int = 12
    """Hours after which a session ends, whatever happens in it."""
    second_factor: Literal["optional", "privileged", "everyone"] = "optional"
    """Who must have a second factor to do anything: nobody, administrators and auditors, or everybody with a local account. Who
    signs in through a provider shows there what the provider asks for."""
    link_hours: int = 72
    """Hours for which an invitation or reset link opens something."""
    sessions_each: int = 10
    """Sessions that one account may have at a time; one more ends the oldest."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("idle_minutes", 1, 24 * 60),
            ("absolute_hours", 1, 7 * 24),
            ("link_hours", 1, 31 * 24),
            ("sessions_each", 1, 1000),
        ):
            if not least <= getattr(self, name) <= most:
                raise ConfigurationError(f"portal.sign_in.{name} is {getattr(self, name)}", hint=f"give {least} to {most}")


@dataclass(frozen=True, slots=True)
class GroupRoles:
    """What members of one group of a provider may do."""

    group: str
    """The group, as the provider's tokens spell it."""
    roles: tuple[Literal["administrator", "preparer", "reviewer", "lead"], ...]
    """Roles its members have. Auditors are made one by one, since each is confined to an engagement and ends; services have
    tokens."""

    def __post_init__(self) -> None:
        if not self.group.strip() or not self.roles:
            raise ConfigurationError(
                f"portal.providers.groups[{self.group}] names no group or no roles", hint="give both, or leave the table out"
            )


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An OpenID Connect provider by which people sign in (authorization code with PKCE)."""

    name: str
    """Short name of it in addresses: small letters, digits, hyphen."""
    label: str
    """What the button says: `Sign in with …`."""
    issuer: str
    """The provider's issuer, exactly as its own document states it; https, or http on this machine for trials."""
    client_id: str
    """Id under which the provider knows this portal. Its redirect address there: `https://<portal>/sign-in/<name>/back`."""
    client_secret_file: str | None = None
    """File with the client's secret, one line; unset for a public client, which PKCE alone protects."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    """Scopes that are asked for; some providers want one more for groups."""
    groups_claim: str = "groups"
    """Claim that lists the groups; a dot reaches into an object, as in `realm_access.roles`."""
    groups: tuple[GroupRoles, ...] = ()
    """What groups may do. With it, roles follow the groups at each sign-in, and who is in none of them may do nothing; without
    it, roles are what administrators gave."""
    create_accounts: bool = False
    """Whether somebody who is in one of the groups gets an account at the first sign-in; otherwise an administrator makes it."""
    acr: tuple[str, ...] = ()
    """Levels of authentication of which the provider must state one (`acr`), for instance one that includes a second factor."""
    ca_file: str | None = None
    """PEM file with the authority that vouches for the provider's TLS certificate, instead of the system's own."""
    leeway_seconds: float = 30.0
    """How far the provider's clock may differ from this one's."""

    def __post_init__(self) -> None:
        where = f"portal.providers[{self.name}]"
        if _NAME.fullmatch(self.name) is None:
            raise ConfigurationError(f"{where}.name is no short name", hint="1 to 40 small letters, digits or hyphens")
        check_url(self.issuer, f"{where}.issuer")
        for field, value in (("label", self.label), ("client_id", self.client_id), ("groups_claim", self.groups_claim)):
            if not value.strip() or not value.isprintable() or len(value) > 256:
                raise ConfigurationError(f"{where}.{field} is not a name", hint="give 1 to 256 printable characters")
        if "openid" not in self.scopes:
            raise ConfigurationError(f"{where}.scopes lacks openid", hint='give at least ["openid", "email"]')
        if self.create_accounts and not self.groups:
            raise ConfigurationError(
                f"{where}.create_accounts without groups would let everybody in", hint="say in portal.providers.groups who may"
            )
        if not 0 <= self.leeway_seconds <= 300:
            raise ConfigurationError(f"{where}.leeway_seconds is {self.leeway_seconds}", hint="give 0 to 300")
