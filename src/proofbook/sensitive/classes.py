"""The classes of sensitive data that are looked for, and what each one is, is held to, and misses: the auditor reads these words.

Values only. A count of a class is of spans that passed its check; what a class misses is stated beside it, so that a count of
zero is never read as "there was none".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from proofbook.errors import ConfigurationError


class SensitiveKind(StrEnum):
    """One class of sensitive data. The order is the order of precedence where two would claim the same characters."""

    SECRET = "secret"  # noqa: S105 - the name of a class
    PAYMENT_CARD = "payment_card"
    IBAN = "iban"
    MEDICAL_ID = "medical_id"
    NATIONAL_ID = "national_id"
    BIRTH_DATE = "birth_date"
    EMAIL = "email"
    PHONE = "phone"
    IP_ADDRESS = "ip_address"


ALL_CLASSES: Final = tuple(SensitiveKind)

LONGEST: Final = 8 * 1024 * 1024
"""Bytes of one text, and of all texts of one side of an exchange, that are examined at most."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A class in words. `marker` is what stands in redacted text."""

    name: str
    marker: str
    matches: str
    check: str
    misses: str


EXPLAINED: Final[Mapping[SensitiveKind, Explanation]] = MappingProxyType(
    {
        SensitiveKind.SECRET: Explanation(
            "secret",
            "[secret]",
            "private keys in PEM, access tokens with a published prefix, JSON web tokens, passwords in URLs, credentials in "
            "Authorization headers, and values assigned to a name such as password or api_key",
            "the issuer's prefix, alphabet and length; a token's header must be JSON; an assigned value must mix kinds of "
            "characters and not be a placeholder",
            "passwords in prose, short or dictionary passwords, tokens without a published form, anything encoded once more",
        ),
        SensitiveKind.PAYMENT_CARD: Explanation(
            "payment card number",
            "[card number]",
            "13 to 19 digits, unbroken or grouped as on a card",
            "issuer range with its lengths, and the Luhn check digit",
            "numbers with digits left out, masked or spelled out, in other scripts' digits, or grouped in other ways; one random "
            "number in ten of the right range has the right check digit by chance",
        ),
        SensitiveKind.IBAN: Explanation(
            "IBAN",
            "[IBAN]",
            "country code, two check digits and the account, in capitals, unbroken or grouped",
            "the country's length and structure, and remainder 1 modulo 97 (ISO 13616)",
            "small letters, account numbers without IBAN form",
        ),
        SensitiveKind.MEDICAL_ID: Explanation(
            "health service or health insurance number",
            "[health number]",
            "NHS number (United Kingdom), AMKA (Greece, social and health insurance), Medicare beneficiary identifier (United "
            "States), Krankenversichertennummer (Germany), each after a word that names it",
            "check digits; for the Medicare identifier its positions of letters and digits",
            "numbers without the word before them, other countries' numbers, diagnoses and all medical text",
        ),
        SensitiveKind.NATIONAL_ID: Explanation(
            "national, tax or social security number",
            "[national id]",
            "numbers of the countries listed in the documentation, in their national form; those that look like any number only "
            "after a word that names them",
            "check digits or letters where the country has them, and the date inside the number",
            "countries that are not listed, weak forms without the word before them, other forms of writing",
        ),
        SensitiveKind.BIRTH_DATE: Explanation(
            "date of birth",
            "[date of birth]",
            "a date directly after words such as 'date of birth', 'born on' or 'geboren am', also as a field name",
            "it is a date of the calendar, from 1900 to 2100",
            "dates without such words, ages, dates written out in other languages than English",
        ),
        SensitiveKind.EMAIL: Explanation(
            "e-mail address",
            "[e-mail address]",
            "local part, @ and a domain with a top level of letters",
            "form only; names of image and code files and the user of a git address are left out",
            "addresses in other scripts, quoted local parts, 'name at example dot org'",
        ),
        SensitiveKind.PHONE: Explanation(
            "telephone number",
            "[phone number]",
            "numbers in international form, beginning with +",
            "length and ranges of the country's numbering plan (libphonenumber's metadata)",
            "numbers without + and country code: nobody can say for certain that they are telephone numbers",
        ),
        SensitiveKind.IP_ADDRESS: Explanation(
            "IP address",
            "[IP address]",
            "IPv4 and IPv6 addresses",
            "they parse, and are neither loopback, unspecified, multicast nor reserved; four numbers after a v are a version",
            "addresses in other notations; four-part version numbers without a v are counted",
        ),
    }
)


def parse_classes(names: Iterable[str], where: str) -> tuple[SensitiveKind, ...]:
    """Names -> classes, in order of precedence, each once. Raises ConfigurationError naming `where`."""
    wanted = set(names)
    unknown = sorted(wanted - {each.value for each in SensitiveKind})
    if unknown:
        known = ", ".join(SensitiveKind)
        raise ConfigurationError(f"{where}: {unknown[0]!r} is no class of data", hint=f"known: {known}")
    return tuple(each for each in SensitiveKind if each.value in wanted)
