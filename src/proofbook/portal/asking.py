"""What somebody asks of the list of exchanges: the fields of its form, as filters, as chips, and back as an address.

Promises: an empty field does not narrow; days are those of the zone that is given. Hostile input: anything that is not a value of
its field is InputError naming the field; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from proofbook.errors import InputError
from proofbook.portal import wording
from proofbook.portal.surroundings import Query
from proofbook.primitives.digest import parse_digest
from proofbook.primitives.instants import FIRST_YEAR, LAST_YEAR, format_instant, parse_period
from proofbook.readmodel.walking import SHORTEST_PREFIX, Filters

_MAX_FILTER: Final = 512
_MAX_DIGITS: Final = 18
_MAX_AMOUNT: Final = 9


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in addresses, its attribute in `Filters`, the word before it, and the facet its values are known by."""

    name: str
    attribute: str
    label: str
    facet: str | None = None
    help: str = ""


FIELDS: Final = (
    Field("system", "system", "System", "system"),
    Field("principal", "principal", "Principal", "principal"),
    Field("state", "state", "State", "state"),
    Field("model", "model", "Model asked for", "model"),
    Field("verified", "verified", "Proven end user", "verified"),
    Field("claimed", "claimed", "Claimed end user", "claimed"),
    Field("artifact", "artifact", "Model bytes", None, "sha256 of what answered"),
    Field("protocol", "protocol", "Protocol", "protocol"),
    Field("finish", "finish", "Finish", "finish", "why the engine stopped"),
    Field("reason", "reason", "Reason of a refusal", "reason"),
    Field("flag", "flag", "Found lacking, let pass", "flag"),
    Field("class", "found", "Sensitive data found", "class"),
    Field("conversation", "conversation", "Conversation", None, "c_ and 26 characters"),
    Field("id", "prefix", "Exchange id begins with", None, f"at least {SHORTEST_PREFIX} characters"),
    Field("tokens", "tokens", "Tokens, at least", None, "in and out together"),
    Field("latency", "latency", "Milliseconds, at least", None, "from forwarding to the last byte"),
    Field("bytes", "bytes", "Bytes, at least", None, "request and reply together"),
)
DAYS: Final = ("from", "to")
AMOUNTS: Final = frozenset({"tokens", "latency", "bytes"})
_WORDS: Final = {"state": {name: words[0] for name, words in wording.STATES.items()}, "flag": dict(wording.FLAGS)}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: its word, its value as shown, the whole value, and the list without it."""

    label: str
    shown: str
    whole: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked. `chosen`: the fields that narrow, as text, by their names in addresses."""

    filters: Filters
    chosen: dict[str, str]
    before: int | None
    after: int | None

    @property
    def turned(self) -> bool:
        """Whether this is another page than the newest."""
        return self.before is not None or self.after is not None

    def address(self, **more: str | int) -> str:
        """The list with the same filters, and with what is added."""
        given = {**self.chosen, **more}
        return f"/exchanges?{urlencode(given)}" if given else "/exchanges"

    def chips(self) -> tuple[Chip, ...]:
        """The filters that are set, in the order of the form."""
        made = []
        for name, label in (("from", "From"), ("to", "To"), *((each.name, each.label) for each in FIELDS)):
            if name in self.chosen:
                left = {key: value for key, value in self.chosen.items() if key != name}
                value = self.chosen[name]
                without = f"/exchanges?{urlencode(left)}" if left else "/exchanges"
                made.append(Chip(label, worded(name, value), value, without))
        return tuple(made)


def worded(name: str, value: str) -> str:
    """A value of a field as people read it."""
    if name == "artifact":
        return wording.short(value)
    if name in {"reason", "class"}:
        return wording.plain(value)
    return _WORDS.get(name, {}).get(value, value)


def read_asked(query: Query, zone: str) -> Asked:
    """The fields of an address. Raises InputError naming the field."""
    chosen = {name: value for name in (*DAYS, *(each.name for each in FIELDS)) if (value := query.get(name, "").strip())}
    for name, value in chosen.items():
        if len(value) > _MAX_FILTER:
            raise InputError(f"{name} is longer than {_MAX_FILTER} characters")
    values: dict[str, str | int] = {}
    for each in FIELDS:
        if each.name in chosen:
            read = _READERS.get(each.name, _as_it_is)
            values[each.attribute] = read(each.name, chosen[each.name])
    if "artifact" in values:
        chosen["artifact"] = str(values["artifact"])
    since, until = read_days(chosen, zone)
    filters = Filters(since=since, until=until, **values)  # type: ignore[arg-type]  # amounts are numbers by their readers
    before, after = _position(query, "before"), _position(query, "after")
    if before is not None and after is not None:
        raise InputError("before and after cannot both be given", hint="follow the links below the list")
    return Asked(filters, chosen, before, after)


def read_days(chosen: Mapping[str, str], zone: str) -> tuple[str | None, str | None]:
    """The moments that `from` and `to` name: the first inclusive, the second exclusive. Raises MalformedRecord."""
    first, last = chosen.get("from"), chosen.get("to")
    if first is None and last is None:
        return None, None
    period = parse_period(first or f"{FIRST_YEAR:04}-01-01", last or f"{LAST_YEAR:04}-12-31", zone)
    return (
        None if first is None else format_instant(period.start),
        None if last is None else format_instant(period.end),
    )


def _as_it_is(_: str, value: str) -> str:
    return value


def _state(name: str, value: str) -> str:
    if value not in wording.STATES:
        raise InputError(f"{name} {value[:40]!r} is none", hint=f"one of {', '.join(wording.STATES)}")
    return value


def _digest(_: str, value: str) -> str:
    return parse_digest(value if ":" in value else f"sha256:{value}")


def _prefix(name: str, value: str) -> str:
    if len(value) < SHORTEST_PREFIX:
        raise InputError(f"{name}: {value[:40]!r} is too short to look for", hint=f"give at least {SHORTEST_PREFIX} characters")
    return value


def _amount(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= _MAX_AMOUNT):
        raise InputError(f"{name}={value[:40]!r} is not a whole number", hint=f"give up to {_MAX_AMOUNT} digits")
    return int(value)


def _position(query: Query, name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise InputError(f"{name}={text[:40]!r} is not a position in the book", hint="follow the links below the list")
    return int(text)


_READERS: Final[dict[str, Callable[[str, str], str | int]]] = {
    "state": _state,
    "artifact": _digest,
    "id": _prefix,
    **dict.fromkeys(AMOUNTS, _amount),
}
