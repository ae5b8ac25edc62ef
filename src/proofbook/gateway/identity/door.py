"""Every way to prove who calls, at one door: exactly one of them counts for a request.

Promises: a request that proves two identities is refused, never decided by preference; the verified caller, the verified end
user and what is merely claimed stay apart. A certificate nobody is known by does not stand in the way of a key: it may belong to
the line. Nothing a caller can send changes what is recorded. Does not: block; keys of providers are fetched elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.identity.certificates import CertificateIdentities
from proofbook.gateway.identity.end_users import EndUsers
from proofbook.gateway.identity.keys import PREFIX, KeySource, assess_token, find_tokens
from proofbook.gateway.identity.proxies import Introduction, ProxyIdentities, find_user
from proofbook.gateway.identity.refusals import PROXY_UNTRUSTED, TWO_PROOFS
from proofbook.gateway.identity.tokens import TokenIdentities
from proofbook.gateway.refusal import KEY_AMBIGUOUS, KEY_MISSING, Refusal
from proofbook.openid.compact import looks_signed

_NO_KEY = "none"
"""What a client that insists on an API key sends where a certificate or a proxy says who calls."""
Heard: TypeAlias = dict[bytes, list[bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """Implements `Identities` by all methods that are configured."""

    keys: KeySource
    tokens: TokenIdentities
    certificates: CertificateIdentities | None
    """None where no certificate is configured: then certificates say nothing."""
    proxies: ProxyIdentities
    end_users: EndUsers

    def assess(self, head: RequestHead, peer: Peer, now: str) -> Caller:
        """See `Identities`."""
        heard = self._hear(head)
        introduction = self.proxies.assess(heard, peer.address) if self.proxies.headers else None
        caller = self._assess_caller(head, peer, introduction, now)
        if caller.verified is None or caller.refusal is not None:
            return caller
        verified = caller.verified
        if isinstance(introduction, Introduction) and introduction.end_user is not None:
            verified = verified._replace(end_user=introduction.end_user)
        return self.end_users.assess(verified, heard, now)

    def _hear(self, head: RequestHead) -> Heard:
        wanted, heard = self.proxies.headers | self.end_users.headers, Heard()
        if wanted:
            for name, value in head.headers:
                if name in wanted:
                    heard.setdefault(name, []).append(value.strip())
        return heard

    def _assess_caller(self, head: RequestHead, peer: Peer, introduction: Introduction | Refusal | None, now: str) -> Caller:
        if isinstance(introduction, Refusal) and introduction is not PROXY_UNTRUSTED:
            return Caller(None, introduction)  # the proxy itself says something that cannot be taken down
        sent = {token for token in find_tokens(head.headers) if token.lower() != _NO_KEY}
        if len(sent) > 1:
            return Caller(None, KEY_AMBIGUOUS)
        by_line = self._assess_certificate(peer, now)
        by_proxy = find_user(introduction)
        known_by_line = by_line is not None and by_line.verified is not None
        known_by_proxy = by_proxy is not None and by_proxy.verified is not None
        if len(sent) + known_by_line + known_by_proxy > 1:
            return Caller(None, TWO_PROOFS)
        for token in sent:
            return self._assess_sent(token, now)
        for found, known in ((by_line, known_by_line), (by_proxy, known_by_proxy)):
            if known and found is not None:
                return found
        return by_proxy or by_line or Caller(None, KEY_MISSING)

    def _assess_sent(self, token: str, now: str) -> Caller:
        data = token.encode("latin-1")
        if token.startswith(PREFIX):
            return assess_token(token, self.keys.current(), now)
        if looks_signed(data):
            return self.tokens.assess(data, now)
        if self.tokens.takes_unsigned:
            return self.tokens.assess_unsigned(data, now)
        return assess_token(token, self.keys.current(), now)

    def _assess_certificate(self, peer: Peer, now: str) -> Caller | None:
        if self.certificates is None or peer.certificate is None:
            return None
        return self.certificates.assess(peer.certificate, now)
