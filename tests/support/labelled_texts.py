"""A small corpus of invented texts in which every span of sensitive data is labelled. All of it is sample data.

Numbers are published test numbers or were made up to pass their check digits; tokens are put together here from parts, so that no
line of this file is a token. A label is written `⟦class:text⟧`; text without a label is not sensitive, and much of it is there
because it looks as if it were. What the rules are documented to miss is labelled too: recall counts it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.finding import Span

_LABEL = re.compile(r"⟦([a-z_]+):([^⟧]*)⟧")


class LabelledText(NamedTuple):
    """A text and the spans that are in it, as byte offsets of its UTF-8 form."""

    data: bytes
    spans: tuple[Span, ...]


def parse_labelled(marked: str) -> LabelledText:
    """The text and its spans, from a text with labels."""
    pieces, spans, place = [], [], 0
    size = 0
    for match in _LABEL.finditer(marked):
        before, inside = marked[place : match.start()].encode(), match[2].encode()
        pieces += [before, inside]
        size += len(before)
        spans.append(Span(size, size + len(inside), SensitiveKind(match[1])))
        size += len(inside)
        place = match.end()
    pieces.append(marked[place:].encode())
    return LabelledText(b"".join(pieces), tuple(spans))


_LOWER, _MIXED, _HEX = "abcdefghijklmnopqrstuvwxyz", "aB3dE6gH1jK4mN7pQ0sT2vW5yZ8", "0123456789abcdef"
GITHUB = "ghp" + "_" + (_MIXED + _LOWER)[:36]
STRIPE = "sk" + "_live_" + _MIXED[:24]
SLACK = "xoxb" + "-123456789012-" + _MIXED
GOOGLE = "AI" + "za" + (_MIXED + _LOWER)[:35]
MODEL_KEY = "sk" + "-proj-" + _MIXED
WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0." + _MIXED
DATABRICKS = "dapi" + _HEX * 2
_DASHES = "-" * 5
PEM = (
    f"{_DASHES}BEGIN PRIVATE KEY{_DASHES}\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
    f"{_DASHES}END PRIVATE KEY{_DASHES}"
)

_MARKED = (
    # secrets
    f"Deploy with ⟦secret:{GITHUB}⟧ please.",
    f"STRIPE_KEY=⟦secret:{STRIPE}⟧",
    f"slack: ⟦secret:{SLACK}⟧, maps: ⟦secret:{GOOGLE}⟧",
    f'client = OpenAI(api_key="⟦secret:{MODEL_KEY}⟧")',
    f"Authorization: Bearer ⟦secret:{WEB_TOKEN}⟧",
    f"our workspace token is ⟦secret:{DATABRICKS}⟧",
    f"here is the key:\n⟦secret:{PEM}⟧\nkeep it safe",
    "postgres://app:⟦secret:h7!kfPw2x⟧@db.internal.example/prod",
    "key id ⟦secret:AKIAIOSFODNN7EXAMPLE⟧ in the sample account",
    'password = "⟦secret:Tr0ub4dor&3x⟧"',
    '{"client_secret": "⟦secret:9fQ2-xL7v.Tz81mK⟧"}',
    "passwort: ⟦secret:Sommer2026!Haus⟧",
    "my password is ⟦secret:hunter2hunter⟧ by the way",  # documented as missed: prose
    'password = os.environ["DB_PASSWORD"]',
    "password: ${DB_PASSWORD}  # from the vault",
    "The secret: work hard and sleep well.",
    "def check_password(password: str) -> bool: ...",
    "sk-learn-classifier-comparison-notebook",
    "see https://example.org:8443/path@version",
    "token count: 1234567890",
    "api_key: <your key here>",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "the max_tokens: 4096 setting",
    # cards
    "Charge ⟦payment_card:4111 1111 1111 1111⟧ and ⟦payment_card:5500-0000-0000-0004⟧.",
    "amex ⟦payment_card:378282246310005⟧ or ⟦payment_card:3782 822463 10005⟧",
    "1. ⟦payment_card:6011111111111117⟧\n2. ⟦payment_card:3530111333300000⟧\n3. ⟦payment_card:30569309025904⟧",
    "Karte:⟦payment_card:4242424242424242⟧;",
    "two in a row ⟦payment_card:4111111111111111⟧ ⟦payment_card:5105105105105100⟧",
    "position 12 ⟦payment_card:4012 8888 8888 1881⟧",
    "card 4111 **** **** 1111 was declined",
    "order 4111111111111112, tracking 1234567890123456",
    "value 0.4111111111111111 and pi 3.14159265358979323846",
    "timestamp 1763712000000000 and id 4111111111111111x",
    "uuid 41111111-1111-4111-8111-111111111111",
    "isbn 978-0-306-40615-7, ean 4006381333931",
    # IBAN
    "Pay to ⟦iban:DE89 3704 0044 0532 0130 00⟧ or ⟦iban:GB29NWBK60161331926819⟧.",
    "AB12 ⟦iban:FR14 2004 1010 0505 0001 3M02 606⟧ thanks",
    "iban ⟦iban:de89370400440532013000⟧",  # documented as missed: small letters
    "DE89370400440532013001 has a wrong check digit",
    "part number GB29ABCD60161331926819",
    # health
    "NHS number ⟦medical_id:943 476 5919⟧, seen today",
    "Versichertennummer: ⟦medical_id:A123456780⟧",
    "Medicare id ⟦medical_id:1EG4-TE5-MK73⟧",
    "call 943 476 5919 for the NHS helpline",
    # national
    "SSN: ⟦national_id:536-90-4399⟧",
    "codice fiscale ⟦national_id:RCCMNL83S18D969H⟧",
    "AHV ⟦national_id:756.9217.0769.85⟧",
    "DNI ⟦national_id:54362315K⟧ y NIE ⟦national_id:X2482300W⟧",
    "NIR ⟦national_id:2 95 10 99 126 111 93⟧",
    "BSN ⟦national_id:111222333⟧ en telefoon",
    "rijksregisternummer ⟦national_id:85.07.30-033.28⟧",
    "CPF ⟦national_id:390.533.447-05⟧",
    "hetu ⟦national_id:131052-308T⟧",
    "PESEL ⟦national_id:44051401359⟧",
    "Steuer-ID ⟦national_id:36574261809⟧",
    "NI number ⟦national_id:AB 12 34 56 C⟧",
    "personnummer ⟦national_id:880320-0016⟧",
    "Aadhaar ⟦national_id:2341 2341 2346⟧",
    "my social is ⟦national_id:536904399⟧",  # documented as missed: no word that names it
    "part 536-90-4399 of the drawing",
    "the BSN of 2024 had 123456789 members",
    "invoice 111222333 and 44051401359",
    # birth dates
    "Date of birth: ⟦birth_date:1980-05-17⟧",
    "born on ⟦birth_date:3 May 1990⟧ in Ghent; geboren am ⟦birth_date:17.05.1980⟧",
    '{"birth_date": "⟦birth_date:05/17/1980⟧"}',
    "DOB ⟦birth_date:17/05/1980⟧, née le ⟦birth_date:01/02/1975⟧",
    "she turned 40 on ⟦birth_date:3 May 2020⟧",  # documented as missed: no word
    "released on 2024-05-17, born of necessity in 1980",
    "dob: 1980-13-45",
    # e-mail
    "Write to ⟦email:ada@example.org⟧ or <⟦email:first.last+tag@mail.example.co.uk⟧>.",
    "mailto:⟦email:o'neil@example.com⟧?subject=x",
    "⟦email:用户@例子.广告⟧ is an address too",  # documented as missed: other scripts
    "git clone git@github.com:proofbook/proofbook.git",
    "logo@2x.png and @decorator and user@localhost",
    "price @ 3.50 each",
    # phone
    "Call ⟦phone:+44 20 7946 0958⟧ or ⟦phone:+1 (415) 555-2671⟧.",
    "tel:⟦phone:+4930123456⟧, fax ⟦phone:+33 1 42 68 53 00⟧",
    "ring ⟦phone:020 7946 0958⟧ after six",  # documented as missed: no country code
    "growth of +1234567 and +12 345 678 units",
    "UTC+1 2026-11-21, a+15551234567",
    # IP
    "from ⟦ip_address:10.12.0.7⟧ to [⟦ip_address:2001:db8::17⟧]:443",
    "host ⟦ip_address:192.0.2.44⟧, link ⟦ip_address:fe80::1ff:fe23:4567:890a⟧",
    "bound to 127.0.0.1 and 0.0.0.0, mask 255.255.255.0",
    "release v1.2.3.4, version 10.0.19.1, at 12:30:45",
    "std::vector and a::b and 1.2.3.4.5",
    # nothing at all
    "Summarise the quarterly report in three sentences.",
    "In 2024 we sold 1,234,567 units for 89.99 each; 3 of 4 regions grew by 12 %.",
    "The train leaves at 09:15 from platform 4 and arrives at 11:42.",
    "for i in range(10): print(i, data[i][0:16])",
)

LABELLED: tuple[LabelledText, ...] = tuple(parse_labelled(each) for each in _MARKED)
