"""Claims in headers."""

from __future__ import annotations

from proofbook.gateway.wire.claims import derive_claimed_user, derive_conversation
from proofbook.gateway.wire.facts import ClaimedName

CHAT = ((b"x-openwebui-chat-id", b"chat-1"),)


def test_strongest_identifier_wins() -> None:
    """An id names a person better than a display name."""
    headers = ((b"x-openwebui-user-name", b"Sample%20Name"), (b"x-openwebui-user-id", b"u-1"))
    assert derive_claimed_user(headers) == ClaimedName("u-1", "header")
    assert derive_claimed_user(headers[:1]) == ClaimedName("Sample Name", "header")
    assert derive_claimed_user(((b"x-other", b"x"),)) is None


def test_one_chat_of_one_key_is_one_conversation() -> None:
    """Erasure works by conversation."""
    assert derive_conversation("x_1", "k_a", CHAT) == derive_conversation("x_2", "k_a", CHAT)


def test_claim_of_another_key_joins_nothing() -> None:
    """Otherwise one caller could have another's content erased."""
    assert derive_conversation("x_1", "k_a", CHAT) != derive_conversation("x_1", "k_b", CHAT)
    assert derive_conversation("x_1", "k", ((CHAT[0][0], b"_1"),)) != derive_conversation("x_1", "k_", ((CHAT[0][0], b"1"),))


def test_without_a_claim_each_exchange_stands_alone() -> None:
    """Nothing is joined by guess."""
    assert derive_conversation("x_1", "k", ()) == "c_1"
