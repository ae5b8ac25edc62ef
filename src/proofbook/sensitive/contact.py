"""E-mail addresses, telephone numbers (libphonenumber's metadata), IP addresses, and dates of birth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import phonenumbers

from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.rule import CANDIDATES, Rule, stands_alone

_NO_TOP_LEVEL: Final = frozenset((b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"ico", b"css", b"js", b"json", b"html"))
_PHONES: Final = CANDIDATES // 10
"""A telephone number costs ten times what other candidates do."""
_LONGEST_NUMBER: Final = 15
"""Digits of an international number (ITU-T E.164)."""
_SHORTEST_NUMBER: Final = 7


def _check_email(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    address = text[start:end].rstrip(b".-")
    local, _, domain = address.rpartition(b"@")
    stripped = local.lstrip(b".-")
    start += len(local) - len(stripped)
    end = start + len(stripped) + 1 + len(domain)
    labels = domain.split(b".")
    if not stripped or len(stripped) > 64 or len(domain) > 253 or b".." in stripped or stripped.endswith(b"."):
        return None
    if not labels[-1].isalpha() or len(labels[-1]) < 2 or labels[-1].lower() in _NO_TOP_LEVEL:
        return None
    if any(not label or len(label) > 63 or label[:1] == b"-" or label[-1:] == b"-" for label in labels):
        return None
    if stripped == b"git" and text[end : end + 1] in {b":", b"/"}:
        return None
    return start, end


def _check_phone(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The longest valid number from the + on, ending at the end of a group."""
    if start and (text[start - 1 : start].isalnum() or text[start - 1 : start] == b"+"):
        return None
    for stop in _ends_of_groups(text, start, end):
        written = text[start:stop].decode("utf-8", "replace")
        try:
            number = phonenumbers.parse(written, None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return start, stop
    return None


def _ends_of_groups(text: bytes, start: int, end: int) -> Iterator[int]:
    """Where the digits may end, longest first; at most as many as a number has digits."""
    ends: list[int] = []
    digits = 0
    for place in range(start, end):
        if text[place : place + 1].isdigit():
            digits += 1
            following = text[place + 1 : place + 2]
            if _SHORTEST_NUMBER <= digits <= _LONGEST_NUMBER and not following.isalnum():
                ends.append(place + 1)
        if digits >= _LONGEST_NUMBER:
            break
    return reversed(ends)


def _check_address(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    if not stands_alone(text, start, end):
        return None
    before = text[max(0, start - 8) : start].lower().rstrip(b" .:")
    if before.endswith((b"version", b" v")) or before == b"v":
        return None
    try:
        address = ip_address(text[start:end].decode("ascii"))
    except ValueError:
        return None
    return (start, end) if _names_a_host(address) else None


def _names_a_host(address: IPv4Address | IPv6Address) -> bool:
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return 0 < address.packed[0] < 224
    return (
        address.packed[0] >> 5 == 1 or address.is_link_local or address.packed[0] & 0xFE == 0xFC
    )  # 2000::/3, local, unique local


_MONTHS: Final = tuple(
    name.encode() for name in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
)


def _check_birth(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    written = text[start:end].lower()
    month = next((number for number, name in enumerate(_MONTHS, 1) if name in written), None)
    numbers = [int(part) for part in bytes(byte if 0x30 <= byte <= 0x39 else 0x20 for byte in written).split()]
    orders: tuple[tuple[int, ...], ...]
    if month is not None:
        if len(numbers) != 2:
            return None
        orders = ((max(numbers), month, min(numbers)),)
    elif len(numbers) == 3:
        one, two, three = numbers
        orders = ((one, two, three),) if one > 31 else ((three, two, one), (three, one, two))
    else:
        return None
    return (start, end) if any(_is_day(*order) for order in orders) else None


def _is_day(year: int, month: int, day: int) -> bool:
    if not 1900 <= year <= 2100:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


_BORN: Final = (
    rb"date of birth|birth[ _\-]?date|birthday|d\.?o\.?b\.?|born(?: on)?|geboren(?: am)?|geburtsdatum|geb\.(?: am)?|"
    rb"date de naissance|n\xc3\xa9e? le|fecha de nacimiento|data di nascita|nato il|nata il|geboortedatum"
)
_MONTH: Final = (
    rb"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    rb"nov(?:ember)?|dec(?:ember)?)"
)
_DATE: Final = (
    rb"[0-9]{4}[\-/.][0-9]{1,2}[\-/.][0-9]{1,2}|[0-9]{1,2}[\-/. ]{1,2}[0-9]{1,2}[\-/. ]{1,2}[0-9]{4}|"
    rb"[0-9]{1,2}(?:st|nd|rd|th)?\.? " + _MONTH + rb",? [0-9]{4}|" + _MONTH + rb" [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}"
)

CONTACT_RULES: Final = (
    Rule(
        "birth-date",
        SensitiveKind.BIRTH_DATE,
        rb"(?:^|[^a-z])(?:" + _BORN + rb")[\"']?\s{0,3}(?:[:=(]|\bis\b|\bwas\b)?\s{0,3}[\"']?(" + _DATE + rb")",
        _check_birth,
        fold=True,
    ),
    Rule(
        "email",
        SensitiveKind.EMAIL,
        rb"[A-Za-z0-9._%+'\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+",
        _check_email,
        needles=(b"@",),
    ),
    Rule(
        "phone",
        SensitiveKind.PHONE,
        rb"\+(?:[ (]?[0-9])(?:(?:[ ./()\-]|\xc2\xa0|\xe2\x80\x91|\xe2\x80\x93){0,3}[0-9]){6,16}",
        _check_phone,
        needles=(b"+",),
        limit=_PHONES,
    ),
    Rule("ipv4", SensitiveKind.IP_ADDRESS, rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", _check_address, needles=(b".",)),
    Rule("ipv6", SensitiveKind.IP_ADDRESS, rb"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}", _check_address, needles=(b":",)),
)
