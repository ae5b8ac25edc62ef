"""Verifier keys: one spelling, an id that fits."""

from __future__ import annotations

import pytest

from proofbook.errors import MalformedBundle
from proofbook.tlog.encoding import format_base64
from proofbook.tlog.vkey import KeyType, VerifierKey, check_key_name, format_vkey, parse_vkey

KEY = VerifierKey("PeterNeumann", KeyType.ED25519, bytes.fromhex("4e7a1f6c" * 8))
VKEY = format_vkey(KEY)


def test_the_example_key_of_go_reads_back() -> None:
    """The key in the documentation of Go's note package."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = parse_vkey(vkey)
    assert (key.name, key.key_type, key.key_id.hex()) == ("PeterNeumann", KeyType.ED25519, "c74f20a3")
    assert vkey == format_vkey(key)


def test_one_key_has_another_id_for_another_type() -> None:
    """So a cosignature is never checked as a log signature."""
    assert KEY.key_id != VerifierKey(KEY.name, KeyType.COSIGNATURE, KEY.public_key).key_id


@pytest.mark.parametrize(
    ("vkey", "message"),
    [
        ("", "type this program does not support"),
        ("name", "type this program does not support"),
        ("name+00000000+", "type this program does not support"),
        (VKEY.replace("+", "+ ", 1), "states key id"),
        (VKEY.replace(KEY.key_id.hex(), KEY.key_id.hex().upper()), "states key id"),
        (VKEY.replace(KEY.key_id.hex(), "00000000"), "states key id"),
        (VKEY.replace("Peter", "Petra"), "states key id"),
        (VKEY + "=", "base64"),
        ("name+00000000+" + format_base64(b"\x02" + bytes(32)), "supported types"),
        ("name+00000000+" + format_base64(b"\x01" + bytes(31)), "has 31 bytes"),
        ("+00000000+" + format_base64(b"\x01" + KEY.public_key), "key name"),
        ("a b+00000000+" + format_base64(b"\x01" + KEY.public_key), "key name"),
    ],
)
def test_any_other_text_is_no_key(vkey: str, message: str) -> None:
    """A mistyped key must not become another key."""
    with pytest.raises(MalformedBundle, match=message):
        parse_vkey(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u3000", "a\nb", "\x1b[31m", "\ud800"])
def test_names_no_note_can_carry_are_refused(name: str) -> None:
    """Spaces and plus signs delimit; control characters could fool a terminal."""
    with pytest.raises(MalformedBundle, match="key name"):
        check_key_name(name)


def test_names_may_be_any_other_text() -> None:
    """Foreign logs need not follow our stricter rule."""
    check_key_name("oid/1.3.6.1")
    check_key_name("züri.example/buch")


def test_our_keys_have_names_that_fit_one_length_byte() -> None:
    """Longer ones would have to be changed when the next signature type comes."""
    with pytest.raises(MalformedBundle, match="longer than 255"):
        VerifierKey("n" * 256, KeyType.ED25519, KEY.public_key)


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def doubled(x: int, y: int) -> tuple[int, int]:
    """Twice a point of the curve of Ed25519 (RFC 8032 section 5.1)."""
    product = D * x * x * y * y
    return 2 * x * y * pow(1 + product, -1, P) % P, (y * y + x * x) * pow(1 - product, -1, P) % P


def x_of(y: int) -> int | None:
    """An x for that y, when the curve has one."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    candidates = (root, root * pow(2, (P - 1) // 4, P) % P)
    return next((each for each in candidates if each * each % P == square), None)


ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, ORDER_EIGHT, P - ORDER_EIGHT])
def test_keys_that_anybody_can_sign_for_are_refused(y: int, sign: int) -> None:
    """Eight times such a point is nothing; a signer who names one could deny every signature."""
    x = x_of(y % P)
    assert x is not None
    assert doubled(*doubled(*doubled(x, y % P))) == (0, 1)
    with pytest.raises(MalformedBundle, match="anybody can sign for"):
        VerifierKey("weak.example", KeyType.ED25519, (y + sign).to_bytes(32, "little"))
