"""Signing on the page of a record. What is refused is said there, beside what was typed."""

from __future__ import annotations

from proofbook.errors import ConflictError, RefusedError
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.records.one_record import show_record
from proofbook.portal.staff.records.signing_act import SignOrder, sign
from proofbook.portal.surroundings import Answer, Desk, Page, See


def act_sign(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`POST /records/{kind}/{id}/sign`."""
    fields = {**given.fields, "kind": (kind,), "id": (id,), "checked": tuple(given.one("checked").splitlines())}
    try:
        done = sign(desk, Given(fields).read(SignOrder))
    except FormMistakes as wrong:
        return _again(desk, given, kind, id, wrong.by_field, 422)
    except (RefusedError, ConflictError) as wrong:
        said = f"{wrong.message}." + (f" {wrong.hint}." if wrong.hint else "")
        return _again(desk, given, kind, id, {"": said[:1].upper() + said[1:]}, wrong.http_status)
    return See(done.path, done.said)


def _again(desk: Desk, given: Given, kind: str, record_id: str, mistakes: dict[str, str], status: int) -> Answer:
    page = show_record(desk, {}, kind, record_id)
    if not isinstance(page, Page):
        return page
    typed = {name: given.one(name) for name in ("decision", "role", "statement", "checked")}
    return Page(page.template, {**page.values, "given": typed, "mistakes": mistakes}, status)
