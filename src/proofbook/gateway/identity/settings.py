"""What an operator can set about who is let in without an API key, and about end users whom applications prove.

Promises: a value that exists is valid; a wrong one raises `ConfigurationError` naming the field. Secrets stand in files; here are
their paths only. No default lets anybody in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, TypeAlias

from proofbook.errors import ConfigurationError
from proofbook.openid.addresses import check_url
from proofbook.openid.compact import Algorithm

PrincipalKind: TypeAlias = Literal["person", "service"]
_HEADER = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OTHERWISE_MEANT = frozenset(("authorization", "x-api-key", "host", "content-length", "transfer-encoding", "cookie"))
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Access tokens of an OpenID Connect provider that are let in to one system."""

    issuer: str
    """The provider's issuer, exactly as its tokens have it in `iss`; https, or http on this machine for trials."""
    audience: str
    """What a token's `aud` must hold: the name by which the provider knows this gateway. Not the id of a client, or that client's
    ID tokens would be let in as well."""
    system: str
    """Id of the system that callers with such tokens use."""
    kind: Literal["by_token", "person", "service"] = "by_token"
    """Who calls with such tokens. `by_token`: a service where `client_id` or `azp` equals `sub`, or where `service_claim` says
    so; otherwise a person."""
    service_claim: str | None = None
    """Claim that only tokens of programs carry; with `service_value`, where it has that value (as `idtyp` has `app`)."""
    service_value: str | None = None
    """See `service_claim`."""
    principal_claim: str = "sub"
    """Claim that becomes the principal in records. It must be stable and never given to somebody else later; e-mail rarely is."""
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    """Signatures that are accepted."""
    token_type: Literal["any", "at+jwt"] = "any"  # noqa: S105  # no secret
    """`at+jwt`: only tokens whose header says that they are access tokens (RFC 9068). Set it when the provider writes it."""
    scopes: tuple[str, ...] = ()
    """Scopes of which a token must have every one (`scope` or `scp`)."""
    groups: tuple[str, ...] = ()
    """Groups of which a token must have at least one."""
    groups_claim: str = "groups"
    """Claim that lists the groups; a dot reaches into an object, as in `realm_access.roles`. They count for grants to groups."""
    leeway_seconds: float = 30.0
    """How far the provider's clock may differ from this one's."""
    refresh_seconds: float = 300.0
    """How often the provider's keys are fetched; also at once when a token names a key that was not seen, at most every 10 s."""
    keys_max_age_seconds: float = 86_400.0
    """Age at which keys that could not be fetched anew are relied on no more: tokens are refused with 503 from then on."""
    keys_url: str | None = None
    """Where the keys are, for a provider without `/.well-known/openid-configuration`."""
    ca_file: str | None = None
    """PEM file with the authority that vouches for the provider's TLS certificate, instead of the system's own."""
    introspection: Literal["off", "opaque", "always"] = "off"
    """Whether the provider is asked if a token is active (RFC 7662). `opaque`: for tokens that are not signed, which are refused
    otherwise. `always`: for every token, so that a revoked one is refused within `introspection_seconds`."""
    introspection_url: str | None = None
    """Where it is asked: `introspection_endpoint` of the provider's configuration."""
    introspection_client: str | None = None
    """Client id by which the gateway asks."""
    introspection_secret_file: str | None = None
    """File with that client's secret: one line of ASCII."""
    introspection_seconds: float = 60.0
    """How long an answer holds. A token in use is asked for again before."""

    def __post_init__(self) -> None:
        where = f"gateway.oidc[{self.issuer}]"
        self._check_introspection(where)
        check_url(self.issuer, f"{where}.issuer")
        if self.keys_url is not None:
            check_url(self.keys_url, f"{where}.keys_url")
        _check_given(self.audience, f"{where}.audience")
        _check_given(self.principal_claim, f"{where}.principal_claim")
        if not self.algorithms:
            raise ConfigurationError(f"{where}.algorithms is empty", hint='name at least one, for instance ["RS256"]')
        if self.service_value is not None and self.service_claim is None:
            raise ConfigurationError(f"{where}.service_value is set without service_claim", hint="name the claim")
        if not 0 <= self.leeway_seconds <= 300:
            raise ConfigurationError(f"{where}.leeway_seconds is {self.leeway_seconds}", hint="give 0 to 300")
        if not 10 <= self.refresh_seconds <= self.keys_max_age_seconds:
            raise ConfigurationError(
                f"{where}.refresh_seconds is {self.refresh_seconds}",
                hint="give at least 10, and no more than keys_max_age_seconds",
            )

    def _check_introspection(self, where: str) -> None:
        for name in ("introspection_url", "introspection_client", "introspection_secret_file"):
            if (getattr(self, name) is None) != (self.introspection == "off"):
                raise ConfigurationError(
                    f"{where}.{name} belongs to introspection 'opaque' or 'always'",
                    hint="give url, client and secret_file",
                )
        if self.introspection_url is not None:
            check_url(self.introspection_url, f"{where}.introspection_url")
        if not 1 <= self.introspection_seconds <= 3600:
            raise ConfigurationError(f"{where}.introspection_seconds is {self.introspection_seconds}", hint="give 1 to 3600")


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """Whom a client certificate belongs to. The TLS handshake verified it before (`gateway.tls.client_ca_file`)."""

    principal: str
    """Principal in records."""
    kind: PrincipalKind
    """Whether a person or a program holds it."""
    system: str
    """Id of the system it may use."""
    subject: str | None = None
    """Subject of the certificate, as RFC 4514 writes it: `CN=reports,O=Example`. One of subject, uri and fingerprint is given."""
    uri: str | None = None
    """URI among its alternative names, for instance `spiffe://example/reports`."""
    fingerprint: str | None = None
    """SHA-256 of the certificate, in hex: this very one, no successor."""
    issuer: str | None = None
    """Subject of the authority that must have issued it, as RFC 4514 writes it; unset: any authority the handshake trusts."""

    def __post_init__(self) -> None:
        where = f"gateway.certificates[{self.principal}]"
        _check_given(self.principal, f"{where}.principal")
        if sum(each is not None for each in (self.subject, self.uri, self.fingerprint)) != 1:
            raise ConfigurationError(
                f"{where} must have one of subject, uri and fingerprint", hint="say which certificate is meant"
            )
        for name in ("subject", "issuer"):
            _check_name(getattr(self, name), f"{where}.{name}")
        if self.fingerprint is not None and not _FINGERPRINT.fullmatch(self.fingerprint):
            raise ConfigurationError(
                f"{where}.fingerprint is not a SHA-256 in hex",
                hint="openssl x509 -noout -fingerprint -sha256; write it without colons, in lower case",
            )


@dataclass(frozen=True, slots=True)
class TrustedProxySettings:
    """A proxy that verifies people and says in a header who they are."""

    name: str
    """Name of the proxy: who vouches, in records."""
    user_header: str
    """Header that names the user, in lower case, as `x-forwarded-user`. The proxy must remove it from what it receives."""
    networks: tuple[str, ...]
    """Addresses or networks the proxy connects from, for instance `10.0.0.5` or `10.0.0.0/28`."""
    says: Literal["caller", "end_user"] = "caller"
    """`caller`: the user is the caller, and no key is needed. `end_user`: an application calls with a key of its own, and the
    header says for whom; then it is recorded as the verified end user."""
    system: str | None = None
    """Id of the system that users use through it; needed with `caller`."""
    kind: PrincipalKind = "person"
    """Who the users are."""
    groups_header: str | None = None
    """Header with the user's groups, separated by commas, for grants to groups."""
    secret_header: str | None = None
    """Header with a secret that only the proxy knows. Needed for an address that programs of this machine share with it."""
    secret_file: str | None = None
    """File with that secret: one line, at least 16 characters."""

    def __post_init__(self) -> None:
        where = f"gateway.trusted_proxies[{self.name}]"
        _check_given(self.name, f"{where}.name")
        for name in ("user_header", "groups_header", "secret_header"):
            if getattr(self, name) is not None:
                _check_header(getattr(self, name), f"{where}.{name}")
        if (self.secret_header is None) != (self.secret_file is None):
            raise ConfigurationError(f"{where} has secret_header or secret_file alone", hint="give both or none")
        if not self.networks:
            raise ConfigurationError(f"{where}.networks is empty", hint="name the proxy's address")
        if (self.says == "caller") != (self.system is not None):
            raise ConfigurationError(f"{where}.system belongs to says = 'caller'", hint="give both, or says = 'end_user' alone")
        if self.secret_file is None and any(map(_holds_this_machine, self.ranges)):
            raise ConfigurationError(
                f"{where}.networks holds this machine's own address, from which any local program could name any user",
                hint="let the proxy send a secret: secret_header and secret_file",
            )

    @property
    def ranges(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks as values. Raises ConfigurationError naming what is not one."""
        try:
            return tuple(map(ip_network, self.networks))
        except ValueError as error:
            raise ConfigurationError(
                f"gateway.trusted_proxies[{self.name}].networks: {error}", hint="write 10.0.0.5 or 10.0.0.0/28"
            ) from error


@dataclass(frozen=True, slots=True)
class OpenWebuiSettings:
    """An Open WebUI that signs for whom it calls (`FORWARD_USER_INFO_HEADER_JWT_SECRET` there)."""

    principal: str
    """Principal of the key, token or certificate with which it calls; only its word is taken."""
    system: str
    """Id of the system it calls."""
    secret_file: str
    """File with the shared secret: one line, at least 32 bytes."""
    end_user: Literal["record", "require"] = "record"
    """`record`: a call whose user is not proven is served, and its record says so (flag `end_user_unproven`). `require`: it is
    refused."""
    header: str = "x-openwebui-user-jwt"
    """Header with the signed user, in lower case."""
    issuer: str = "open-webui"
    """What `iss` must say."""
    user_claim: str = "sub"
    """Claim that becomes the verified end user; `sub` is Open WebUI's stable id, `email` is easier to read."""
    leeway_seconds: float = 10.0
    """How far the clocks may differ."""

    def __post_init__(self) -> None:
        where = f"gateway.open_webui[{self.principal}]"
        _check_given(self.principal, f"{where}.principal")
        _check_given(self.user_claim, f"{where}.user_claim")
        _check_header(self.header, f"{where}.header")
        if not 0 <= self.leeway_seconds <= 300:
            raise ConfigurationError(f"{where}.leeway_seconds is {self.leeway_seconds}", hint="give 0 to 300")


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Everything but keys by which callers and end users prove who they are."""

    oidc: tuple[OidcSettings, ...] = ()
    certificates: tuple[CertificateSettings, ...] = ()
    trusted_proxies: tuple[TrustedProxySettings, ...] = ()
    open_webui: tuple[OpenWebuiSettings, ...] = ()

    @property
    def keys_alone(self) -> bool:
        """Whether API keys are all there is."""
        return not (self.oidc or self.certificates or self.trusted_proxies or self.open_webui)

    def check(self, systems: frozenset[str]) -> None:
        """Raises ConfigurationError for an unknown system or for two entries that one proof would fit."""
        entries = (
            *(("gateway.oidc", each.issuer, each.system) for each in self.oidc),
            *(("gateway.certificates", each.principal, each.system) for each in self.certificates),
            *(("gateway.trusted_proxies", each.name, each.system) for each in self.trusted_proxies if each.system is not None),
            *(("gateway.open_webui", each.principal, each.system) for each in self.open_webui),
        )
        for table, name, system in entries:
            if system not in systems:
                raise ConfigurationError(
                    f"{table}[{name}].system {system!r} is not configured", hint=f"known: {', '.join(sorted(systems)) or 'none'}"
                )
        _check_once([(each.issuer, each.audience) for each in self.oidc], "gateway.oidc", "issuer and audience")
        if len({each.issuer for each in self.oidc if each.introspection != "off"}) > 1:
            raise ConfigurationError(
                "gateway.oidc has introspection for two issuers", hint="a token that is not signed does not say whom to ask"
            )
        _check_once([(each.name,) for each in self.trusted_proxies], "gateway.trusted_proxies", "name")
        _check_once([(each.principal, each.system) for each in self.open_webui], "gateway.open_webui", "principal and system")
        _check_once(
            [(each.subject, each.uri, each.fingerprint, each.issuer) for each in self.certificates],
            "gateway.certificates",
            "certificate",
        )


def _check_once(found: list[tuple[str | None, ...]], table: str, what: str) -> None:
    if len(set(found)) != len(found):
        raise ConfigurationError(f"{table} has one {what} twice", hint="one proof must lead to one identity")


def _holds_this_machine(network: IPv4Network | IPv6Network) -> bool:
    return any(network.version == each.version and network.overlaps(each) for each in _LOOPBACK)


def _check_given(value: str, where: str) -> None:
    if not value.strip() or not value.isprintable() or len(value) > 256:
        raise ConfigurationError(f"{where} is not a name", hint="give 1 to 256 printable characters")


def _check_header(name: str, where: str) -> None:
    if not _HEADER.fullmatch(name) or name in _OTHERWISE_MEANT:
        raise ConfigurationError(f"{where} {name!r} is no header for this", hint="write its name in lower case")


def _check_name(name: str | None, where: str) -> None:
    if name is None:
        return
    from cryptography import x509  # only where certificates are configured: it takes megabytes

    try:
        x509.Name.from_rfc4514_string(name)
    except ValueError as error:
        raise ConfigurationError(
            f"{where} is not a name as RFC 4514 writes it", hint="for instance CN=reports,O=Example"
        ) from error
