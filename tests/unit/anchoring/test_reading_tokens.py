"""The room's own reader of tokens, against real ones and against bytes that somebody made up."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from proofbook.anchoring.stamping import Stamp, fetch_stamp, read_trusted
from proofbook.openid.fetching import make_send
from proofbook.verify.encoding import Damage
from proofbook.verify.stamps import read_token
from support.time_authority import TimeAuthority, answering

DATA = b"sample checkpoint\n"


@pytest.fixture(scope="module")
def stamp(authority: TimeAuthority) -> Stamp:
    """A real one."""
    with answering(authority) as url:
        return fetch_stamp(DATA, url, make_send(None, setting="test", seconds=20), read_trusted(authority.root))


def test_both_readers_agree_on_digest_and_time(stamp: Stamp) -> None:
    """Two programs without a line in common."""
    assert read_token(stamp.reply, "token") == (sha256(DATA).digest(), stamp.time)


def test_every_shorter_token_is_damage(stamp: Stamp) -> None:
    """A token that was cut off, at any length."""
    for end in range(0, len(stamp.reply), 11):
        with pytest.raises(Damage):
            read_token(stamp.reply[:end], "token")


def test_changed_bytes_are_damage_or_are_read_and_nothing_else_happens(stamp: Stamp) -> None:
    """No length, tag or nesting that a file can hold leads out of the reader."""
    draw = random.Random(7)
    for _ in range(3_000):
        data = bytearray(stamp.reply)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            digest, time = read_token(bytes(data), "token")
        except Damage:
            continue
        assert (len(digest) < len(data), time.isascii()) == (True, True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x88" + b"\xff" * 8,
        b"\x30\x00",
        b"0\x03\x02\x01\x02",
    ],
)
def test_what_is_no_token_is_damage(data: bytes) -> None:
    """Indefinite, endless and empty forms among them."""
    with pytest.raises(Damage):
        read_token(data, "token")


def test_a_refusal_is_no_time_stamp() -> None:
    """An authority may answer that it will not, in the same form."""
    with pytest.raises(Damage):
        read_token(bytes.fromhex("3005300302010230"), "token")
