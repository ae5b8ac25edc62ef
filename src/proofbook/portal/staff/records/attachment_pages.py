"""Pages of files that belong to records: sending one, and saving one that is sealed here.

Promises: a file leaves as something to save, under a plain name, never to be shown by the browser; it leaves only when its bytes
are those of the entry; each time is an entry itself.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from proofbook.errors import DigestMismatch, RefusedError, StoreUnavailable
from proofbook.portal.acts import Done
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.records.attaching_act import attach_bytes, saved_name
from proofbook.portal.staff.records.filing_act import writable
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query, See
from proofbook.readmodel import heads
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.head_rows import SLOT
from proofbook.vault.reader import Absent

_MEDIA: Final = "application/octet-stream"


def show_attach(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/attach`."""
    del query
    return _page(desk, kind, id, {}, "")


def act_attach(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`POST /records/{kind}/{id}/attach`."""
    sent, because = given.file("file"), given.one("because")
    mistakes = {}
    if sent is None or not sent.data:
        mistakes["file"] = "is not chosen, or holds nothing"
    if not because:
        mistakes["because"] = "is missing; say why the file belongs to this record"
    if mistakes or sent is None:
        return _page(desk, kind, id, mistakes, because)
    try:
        done: Done = attach_bytes(desk, kind, id, given.one("base"), sent.name, sent.data, because)
    except FormMistakes as wrong:
        return _page(desk, kind, id, wrong.by_field, because)
    return See(done.path, done.said)


def save_file(desk: Desk, query: Query, kind: str, id: str, digest: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/files/{digest}`; None when no such file is sealed with the record.

    Raises:
        RefusedError: nobody keeps account of looks here, or the file was erased. DigestMismatch: its bytes are others.
    """
    del query
    found = next((each for each in heads.files_of(desk.reader, kind, id) if each.sha256 == digest), None)
    if found is None:
        return None
    if desk.sources.witness is None:
        raise RefusedError("nobody keeps account of who saves files here", hint="sign in; then each time is recorded")
    if desk.sources.open_vault is None:
        raise StoreUnavailable("sealed files cannot be opened by this portal")
    with desk.sources.open_vault() as vault:
        data = vault.content(found.index, SLOT, bytes.fromhex(found.commitment))
    if isinstance(data, Absent):
        raise RefusedError("the bytes of this file were erased; its name, hash and length stay in the book")
    if sha256(data).hexdigest() != found.sha256:
        raise DigestMismatch("the sealed file is not the one the entry names", place=f"entry {found.index}")
    return Attachment(saved_name(found.name), _MEDIA, data)


def _page(desk: Desk, kind: str, record_id: str, mistakes: dict[str, str], because: str) -> Answer:
    found = writable(kind)
    newest = Documents(desk.reader).current(kind, record_id)
    if newest is None:
        return None
    values = {"kind": found, "it": newest, "mistakes": mistakes, "because": because}
    return Page("records/attach.html", values, 422 if mistakes else 200)
