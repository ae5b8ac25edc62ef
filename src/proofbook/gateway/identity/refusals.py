"""Refusals of whoever cannot prove who it is by token, certificate or proxy; those about API keys stand in `gateway.refusal`.

The sentences say which check failed and what would help, and never repeat anything the caller sent.
"""

from __future__ import annotations

from proofbook.gateway.refusal import Refusal
from proofbook.records.exchange import RefusalReason

TWO_PROOFS = Refusal(
    RefusalReason.KEY_AMBIGUOUS,
    401,
    "The request proves two identities at once (API key, access token, certificate or proxy). Send one; a client that insists on "
    "an API key may send 'none'.",
)
NAMED_TWICE = Refusal(RefusalReason.KEY_AMBIGUOUS, 401, "A header that says who calls was sent twice. Send it once.")
TOKEN_EXPIRED = Refusal(RefusalReason.TOKEN_EXPIRED, 401, "The access token has expired. Fetch a new one from the provider.")
TOKEN_NOT_ENOUGH = Refusal(
    RefusalReason.TOKEN_INVALID,
    403,
    "The access token lacks a scope or group that this system asks for. Ask the owner of this gateway.",
)
KEYS_UNAVAILABLE = Refusal(
    RefusalReason.IDENTITY_UNAVAILABLE,
    503,
    "The provider's signing keys could not be fetched, so no access token can be checked. Try again later.",
)
KEY_NOT_SEEN = Refusal(
    RefusalReason.IDENTITY_UNAVAILABLE,
    503,
    "The access token is signed by a key that was not seen yet; the provider is being asked. Try again in a moment.",
)
PROVIDER_ASKED = Refusal(
    RefusalReason.IDENTITY_UNAVAILABLE,
    503,
    "The provider could not be asked in time whether the access token is active. Try again in a moment.",
    1,
)
CERTIFICATE_UNKNOWN = Refusal(
    RefusalReason.CERTIFICATE_UNKNOWN,
    403,
    "The client certificate belongs to nobody who is known here. Ask the owner of this gateway.",
)
CERTIFICATE_EXPIRED = Refusal(
    RefusalReason.CERTIFICATE_UNKNOWN, 403, "The client certificate is not valid at this time. Connect again with a valid one."
)
PROXY_UNTRUSTED = Refusal(
    RefusalReason.PROXY_UNTRUSTED,
    401,
    "A header names a user, but it did not come from a proxy that is trusted for it. Send an API key or an access token.",
)
USER_NAME_UNREADABLE = Refusal(
    RefusalReason.PROXY_UNTRUSTED, 401, "The proxy's header that names the user is not a name of 1 to 128 printable characters."
)
USER_UNPROVEN = Refusal(
    RefusalReason.TOKEN_INVALID,
    403,
    "This application must prove for whom it calls, and the signed user token is missing or not valid.",
)


def token_invalid(detail: str) -> Refusal:
    """An access token that is not accepted; `detail` ends the sentence 'The access token ...'."""
    return Refusal(RefusalReason.TOKEN_INVALID, 401, f"The access token {detail}.")
