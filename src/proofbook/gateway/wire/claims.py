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

_USER_HEADERS = (b"x-openwebui-user-id", b"x-openwebui-user-email", b"x-openwebui-user-name")
"""Strongest identifier first."""
_CHAT_HEADER = b"x-openwebui-chat-id"
_LABEL = b"proofbook/conversation/v1\0"


def derive_claimed_user(headers: Iterable[tuple[bytes, bytes]]) -> ClaimedName | None:
    """The end user whom the headers name, or None."""
    found = {name: value for name, value in headers if name in _USER_HEADERS}
    if not found:
        return None
    for name in _USER_HEADERS:
        text = bounded_text(unquote(found.get(name, b"").decode("latin-1")), 256)
        if text is not None:
            return ClaimedName(text, "header")
    return None


def derive_conversation(exchange: str, caller: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """`c_` and a digest of caller and claimed chat; without a claim, `c_` and the exchange's own part."""
    for name, value in headers:
        if name == _CHAT_HEADER and value:
            return "c_" + hashlib.sha256(_LABEL + caller.encode() + b"\0" + value).hexdigest()[:32]
    return "c_" + exchange.partition("_")[2]
