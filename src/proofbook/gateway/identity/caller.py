"""What was established about whoever calls. What is verified and what is merely claimed never share a field.

Promises: a `VerifiedCaller` exists only when some method proved it; it holds no secret. `Identities` judges by a request's head
and the connection it came over alone, before any of the body is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, TypeAlias

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.refusal import Refusal

Method: TypeAlias = Literal["api_key", "oidc", "mtls", "trusted_proxy", "shared_secret"]
CallerFlag: TypeAlias = Literal["end_user_unproven"]


class VerifiedUser(NamedTuple):
    """The end user for whom a verified caller acts, proven by a signature that the caller's application made."""

    value: str
    method: Literal["openwebui_jwt", "trusted_proxy"]
    issuer: str


class VerifiedCaller(NamedTuple):
    """A principal whose identity was verified, and the system it calls on."""

    principal: str
    kind: Literal["person", "service"]
    method: Method
    credential: str | None
    """Id of the key, fingerprint of the certificate, or key id of the token's signature; never a secret."""
    system: str
    issuer: str | None = None
    """Who vouches: the token's issuer, the certificate's authority, the proxy. None for a key of this book."""
    end_user: VerifiedUser | None = None
    groups: tuple[str, ...] = ()
    """Groups that the issuer vouches for, in its own spelling; empty when it states none or the method knows none."""
    lacks: tuple[CallerFlag, ...] = ()
    """What an application should have proven and did not; goes into the record as a flag."""

    @property
    def anchor(self) -> str:
        """What is the same in all calls of one caller: its key, or issuer and principal."""
        return self.credential or "" if self.method == "api_key" else f"{self.issuer}\0{self.principal}"


class Awaited(Protocol):
    """An answer that somebody outside has to give first."""

    def add(self, told: Callable[[], None]) -> None:
        """Call this, in any thread, once it is there."""


class Caller(NamedTuple):
    """What was established: the verified caller, or the refusal, and with it the caller if it was verified nonetheless."""

    verified: VerifiedCaller | None
    refusal: Refusal | None
    pending: Awaited | None = None
    """What is to be waited for before this can be told; `refusal` is what stands if nobody waits."""


class Identities(Protocol):
    """Establishes who calls."""

    def assess(self, head: RequestHead, peer: Peer, now: str) -> Caller:
        """Who calls; `now` is an instant. Called on the event loop for each request: must not block.

        Raises:
            StoreUnavailable: who may call is not known at present.
        """
