"""Rules on records that claim to be ready: approved policies, active controls, systems in production, approvals by sign-off.

Promises: none of them is let in with a blank, with nothing but a starter's text, or without the people and days that make it
what it claims to be; every blank is listed. Pure but for what it asks the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.filing.document import Filed
from proofbook.filing.marked import Step
from proofbook.filing.remark import Circumstances, Code, Remark, same_person
from proofbook.records.record import find_blanks

_READY: Final[Mapping[str, tuple[str, str]]] = {
    "policy": ("status", "approved"),
    "control": ("status", "active"),
    "ai_system": ("status", "production"),
}
_MUST_SAY: Final[Mapping[str, tuple[str, ...]]] = {
    "policy": ("approver", "approved_at", "owner", "effective_on", "next_review"),
    "control": ("who", "what", "when", "standard", "record", "owner"),
}
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_STARTER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FILL: Final = "write what belongs between the brackets, and remove them"


def check_blanks(filed: Filed, _about: Circumstances) -> Iterator[Remark]:
    """Blanks are listed; they refuse a record that claims to be ready."""
    claim = _claim(filed)
    for path in find_blanks(filed.body):
        steps = parse_path(path)
        if claim is None:
            yield Remark(Code.BLANK, steps, "is still a blank", _FILL)
        else:
            yield Remark(Code.BLANK, steps, f"is still a blank, and {claim}", f"{_FILL}; or change the status", refuses=True)


def check_readiness(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """A record that claims to be ready says all that this takes."""
    claim = _claim(filed)
    if claim is None:
        return
    for name in _MUST_SAY.get(filed.kind, ()):
        if filed.body[name] is None:
            yield Remark(Code.NOT_READY, (name,), f"is not stated, and {claim}", "state it, or change the status", refuses=True)
    if filed.kind == "policy":
        yield from _check_policy(filed, about, claim)


def check_sign_off(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """A sign-off names a version that exists; it approves nothing that still has blanks."""
    body = filed.body
    signed = about.known.version(body["of_entry"])
    if signed is None or (signed.kind, signed.id) != (body["of_kind"], body["of_id"]):
        named = f"{body['of_kind']}/{body['of_id']}"
        told = "is not an entry of this book" if signed is None else f"is an entry of {signed.kind}/{signed.id}"
        fix = f"take the entry id of a version of {named} from `proofbook record history`"
        yield Remark(Code.WRONG_REFERENCE, ("of_entry",), f"{told}, not of {named}", fix, refuses=True)
        return
    blanks = find_blanks(signed.body)
    if body["decision"] == "approved" and blanks:
        told = f"{signed.kind}/{signed.id} still has blanks: {', '.join(blanks)}"
        yield Remark(Code.BLANK, ("decision",), told, "fill them in, apply that record, sign its new version", refuses=True)
    if same_person(signed.actor, about.actor) or same_person(_account(signed.actor), body["signer"]):
        told = f"{signed.actor}, who wrote that version, signs it too"
        yield Remark(Code.OWN_WORK_SIGNED, ("signer",), told, "let another person sign where two are needed")


def parse_path(path: str) -> tuple[Step, ...]:
    """`sections[0].text` -> its steps."""
    return tuple(name or int(place) for name, place in _STEP.findall(path))


def _check_policy(filed: Filed, about: Circumstances, claim: str) -> Iterator[Remark]:
    body = filed.body
    if same_person(body["author"], body["approver"]):
        told = f"{body['approver']!r} wrote it and approved it"
        yield Remark(Code.SELF_APPROVED, ("approver",), told, "another person than the author approves", refuses=True)
    elif body["author"] is None:
        told = "is not stated, so that nobody can see whether another person approved"
        yield Remark(Code.NOT_READY, ("author",), told, "state who wrote this version")
    if _is_starter_text(body, about):
        told = f"is the starter text {body['starter']}, unedited, and {claim}"
        yield Remark(Code.TEMPLATE_TEXT, ("sections",), told, "make it your own before it is approved", refuses=True)


def _is_starter_text(body: Mapping[str, Any], about: Circumstances) -> bool:
    found = _STARTER_ID.match(body["starter"] or "")
    starter = about.known.starter_sections(found.group()) if found else None
    if starter is None:
        return False
    own = [(_plain(each["heading"]), _plain(each["text"])) for each in body["sections"]]
    return own == [(_plain(heading), _plain(text)) for heading, text in starter]


def _claim(filed: Filed) -> str | None:
    """What a record claims about itself that it must be ready for, or None."""
    field, value = _READY.get(filed.kind, ("", ""))
    return f"{field} is {value}" if field and filed.body[field] == value else None


def _plain(text: str) -> str:
    return " ".join(text.split())


def _account(actor: str) -> str:
    return actor.removeprefix("os:")
