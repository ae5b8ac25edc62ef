"""Numbers that states and health services give to people, held to their check digits (python-stdnum).

A number whose form is rare and checked stands for itself; one that looks like any other number counts only shortly after a word
that names it. Each row says which country's number it is, in which form, and what checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple

from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.rule import Check, Rule, letters_and_digits_of, stands_alone

_GAP: Final = rb"(?:[ .\-]|\xc2\xa0)"


class _Number(NamedTuple):
    """`module`: of python-stdnum; None: the form is all there is. `words`: empty when the number stands for itself."""

    country: str
    name: str
    pattern: bytes
    module: str | None
    words: tuple[bytes, ...] = ()
    kind: SensitiveKind = SensitiveKind.NATIONAL_ID


def _plain(digits: int, *groups: int) -> bytes:
    """So many digits, unbroken or in these groups."""
    grouped = (_GAP).join(rb"[0-9]{%d}" % size for size in groups)
    return rb"[0-9]{%d}" % digits + (rb"|" + grouped if groups else b"")


_SELF_EVIDENT: Final = (
    _Number("be", "rijksregisternummer", rb"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}[.\-][0-9]{2}", "be.nn"),
    _Number("br", "cpf", rb"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf"),
    _Number("ch", "ahv", rb"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}", "ch.ssn"),
    _Number("cn", "ric", rb"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]", "cn.ric"),
    _Number("es", "nie", rb"[XYZ]-?[0-9]{7}-?[A-Z]", "es.nie"),
    _Number("fi", "hetu", rb"[0-9]{6}[+\-ABCDEF][0-9]{3}[0-9A-FHJ-NPR-Y]", "fi.hetu"),
    _Number("fr", "nir", rb"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", "fr.nir"),
    _Number("it", "codicefiscale", rb"[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", "it.codicefiscale"),
    _Number("kr", "rrn", rb"[0-9]{6}-[1-8][0-9]{6}", "kr.rrn"),
    _Number("mx", "curp", rb"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]", "mx.curp"),
    _Number("pt", "cc", rb"[0-9]{8} ?[0-9] ?[A-Z]{2}[0-9]", "pt.cc"),
    _Number("se", "personnummer", rb"(?:[0-9]{2})?[0-9]{6}[\-+][0-9]{4}", "se.personnummer"),
)
_NAMED: Final = (
    _Number("au", "tfn", _plain(9, 3, 3, 3), "au.tfn", (b"tfn", b"tax file number")),
    _Number("bg", "egn", _plain(10), "bg.egn", (b"egn", "егн".encode())),
    _Number(
        "ca", "sin", _plain(9, 3, 3, 3), "ca.sin", (b"social insurance number", b"social insurance no", b"sin number", b"sin")
    ),
    _Number("cz", "rodne cislo", rb"[0-9]{6}/?[0-9]{3,4}", "cz.rc", ("rodné číslo".encode(), b"rodne cislo")),
    _Number(
        "de",
        "steuer-id",
        _plain(11, 2, 3, 3, 3),
        "de.idnr",
        (
            b"steuer-id",
            b"steuer id",
            b"steuerid",
            b"steueridentifikationsnummer",
            b"steuer-identifikationsnummer",
            b"idnr",
            b"tin",
        ),
    ),
    _Number("dk", "cpr", rb"[0-9]{6}-?[0-9]{4}", "dk.cpr", (b"cpr", b"cpr-nummer", b"cpr-nr", b"personnummer")),
    _Number("es", "dni", rb"[0-9]{8}-?[A-Z]", "es.dni", (b"dni", b"nif", b"documento nacional de identidad")),
    _Number(
        "gb",
        "national insurance",
        rb"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        None,
        (b"national insurance", b"nino", b"ni number", b"ni no"),
    ),
    _Number("hr", "oib", _plain(11), "hr.oib", (b"oib",)),
    _Number("ie", "pps", rb"[0-9]{7}[A-W][A-IW]?", "ie.pps", (b"pps", b"ppsn", b"pps number")),
    _Number("in", "aadhaar", _plain(12, 4, 4, 4), "in_.aadhaar", (b"aadhaar", b"aadhar", b"uidai")),
    _Number("in", "pan", rb"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", "in_.pan", (b"pan", b"permanent account number")),
    _Number("nl", "bsn", _plain(9, 4, 2, 3) + rb"|[0-9]{3} [0-9]{3} [0-9]{3}", "nl.bsn", (b"bsn", b"burgerservicenummer")),
    _Number(
        "no", "fodselsnummer", _plain(11, 6, 5), "no.fodselsnummer", ("fødselsnummer".encode(), b"fodselsnummer", b"personnummer")
    ),
    _Number("pl", "pesel", _plain(11), "pl.pesel", (b"pesel",)),
    _Number("ro", "cnp", _plain(13), "ro.cnp", (b"cnp", b"cod numeric personal")),
    _Number("tr", "kimlik", _plain(11), "tr.tckimlik", (b"kimlik", b"tckn", b"tc no")),
    _Number(
        "us",
        "ssn",
        rb"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{9}",
        "us.ssn",
        (b"ssn", b"social security number", b"social security no", b"social security", b"soc sec"),
    ),
    _Number("za", "id", _plain(13), "za.idnr", (b"id number", b"identity number", b"rsa id")),
    _Number("gb", "nhs", _plain(10, 3, 3, 4), "gb.nhs", (b"nhs", b"nhs number", b"nhs no"), SensitiveKind.MEDICAL_ID),
    _Number("gr", "amka", _plain(11), "gr.amka", (b"amka", "αμκα".encode(), "ΑΜΚΑ".encode()), SensitiveKind.MEDICAL_ID),
)

_FEW_DIGITS: Final = frozenset(("es", "gb", "ie", "in", "it", "mx"))
"""Countries with a number that has fewer than eight digits, or more letters than three between two of them."""

COUNTRIES: Final = tuple(sorted({each.country for each in (*_SELF_EVIDENT, *_NAMED)}))
"""Countries of which at least one number is known here."""


def _numbered(each: _Number) -> Rule:
    name = f"{each.country}-{each.name.replace(' ', '-')}"
    dense = each.country not in _FEW_DIGITS
    return Rule(name, each.kind, each.pattern, _check_by(_validity(each.module)), words=each.words, dense=dense)


def _validity(module: str | None) -> Callable[[str], bool]:
    if module is None:
        return lambda _: True
    return import_module(f"stdnum.{module}").is_valid  # type: ignore[no-any-return]  # the module's own predicate


def _check_by(is_valid: Callable[[str], bool]) -> Check:
    def check(text: bytes, start: int, end: int) -> tuple[int, int] | None:
        if not stands_alone(text, start, end):
            return None
        return (start, end) if is_valid(text[start:end].replace(b"\xc2\xa0", b" ").decode("ascii")) else None

    return check


def _is_kvnr(number: str) -> bool:
    """German health insurance number: a letter as two digits, then eight digits, then the Luhn-like check (SGB V section 290)."""
    letter = ord(number[0].upper()) - ord("A") + 1
    total = 0
    for place, digit in enumerate(f"{letter:02d}{number[1:9]}"):
        product = int(digit) * (1 + place % 2)
        total += product - 9 * (product > 9)
    return total % 10 == int(number[9])


def _is_mbi(number: str) -> bool:
    """Medicare beneficiary identifier, whose positions are fixed (CMS, 2018); it has no check digit."""
    return len(letters_and_digits_of(number.encode())) == 11


_HEALTH: Final = (
    Rule(
        "de-krankenversichertennummer",
        SensitiveKind.MEDICAL_ID,
        rb"[A-Z][0-9]{9}",
        _check_by(_is_kvnr),
        words=(b"kvnr", b"krankenversichertennummer", b"versichertennummer", b"krankenversicherungsnummer"),
    ),
    Rule(
        "us-medicare",
        SensitiveKind.MEDICAL_ID,
        rb"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}",
        _check_by(_is_mbi),
        words=(b"medicare", b"mbi"),
    ),
)

NATIONAL_RULES: Final = (*(_numbered(each) for each in (*_SELF_EVIDENT, *_NAMED)), *_HEALTH)
