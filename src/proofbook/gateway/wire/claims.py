"""What request headers claim about who is behind a call, and the conversation a call belongs to.

Claims are recorded apart from the verified principal and prove nothing (gateways.md 3h). A claimed chat joins calls of one caller
only: the conversation id is derived from caller and claim together, so nobody can put content into another's unit of erasure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import unquote

from proofbook.gateway.wire.facts import ClaimedName
from proofbook.gateway.wire.text import bounded_text
from proofbook.openid.compact import NotAToken, parse_compact, read_name

_SIGNED = b"x-openwebui-user-jwt"
_USER_HEADERS = (
    b"x-openwebui-user-id", b"x-openwebui-user-email", b"x-openwebui-user-name", _SIGNED,
    b"x-litellm-end-user-id", b"x-litellm-customer-id", b"x-auth-request-user", b"x-auth-request-email", b"x-forwarded-user",
    b"x-forwarded-preferred-username", b"x-forwarded-email", b"helicone-user-id",
)  # fmt: skip
"""Of each program the strongest identifier first. A proof among them is a claim as well: whether it held is said elsewhere."""
_HEARD = frozenset(_USER_HEADERS)
_CHAT_HEADER = b"x-openwebui-chat-id"
_LABEL = b"proofbook/conversation/v1\0"


def derive_claimed_user(headers: Iterable[tuple[bytes, bytes]]) -> ClaimedName | None:
    """The end user whom the headers name, or None."""
    found = {name: value for name, value in headers if name in _HEARD}
    if not found:
        return None
    for name in _USER_HEADERS:
        value = found.get(name, b"")
        text = _read_unproven(value) if name == _SIGNED else bounded_text(unquote(value.decode("latin-1")), 256)
        if text is not None:
            return ClaimedName(text, "header")
    return None


def _read_unproven(token: bytes) -> str | None:
    """Whom a signed user token names, whoever signed it."""
    try:
        return read_name(parse_compact(token).payload, "sub") if token else None
    except NotAToken:
        return None


def derive_conversation(exchange: str, caller: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """`c_` and a digest of caller and claimed chat; without a claim, `c_` and the exchange's own part."""
    for name, value in headers:
        if name == _CHAT_HEADER and value:
            return "c_" + hashlib.sha256(_LABEL + caller.encode() + b"\0" + value).hexdigest()[:32]
    return "c_" + exchange.partition("_")[2]
