"""Files that programs take away as the pages give them: proofs, and entries byte for byte."""

from __future__ import annotations

from proofbook.portal.api.resource import Asked
from proofbook.portal.auditing import control_pages, sample_pages
from proofbook.portal.one_exchange import save_entry, save_proof
from proofbook.portal.staff.records import one_record
from proofbook.portal.surroundings import Answer, Desk


def save_exchange_proof(desk: Desk, asked: Asked, id: str, part: str) -> Answer:  # noqa: A002 - the part of the path
    """The proof of an entry of an exchange."""
    del asked
    return save_proof(desk, id, part)


def save_exchange_entry(desk: Desk, asked: Asked, id: str, part: str) -> Answer:  # noqa: A002 - the part of the path
    """An entry of an exchange."""
    del asked
    return save_entry(desk, id, part)


def save_version_proof(desk: Desk, asked: Asked, entry: str) -> Answer:
    """The proof of a version of a record."""
    del asked
    return one_record.save_record_proof(desk, {}, entry)


def save_version_entry(desk: Desk, asked: Asked, entry: str) -> Answer:
    """The entry of a version of a record."""
    del asked
    return one_record.save_record_entry(desk, {}, entry)


def save_room_proof(desk: Desk, asked: Asked, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the path
    """The proof of a version of a record of the engagement."""
    return control_pages.save_record_proof(desk, asked.model_dump(), kind, id)


def save_room_entry(desk: Desk, asked: Asked, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the path
    """The entry of a version of a record of the engagement."""
    return control_pages.save_record_entry(desk, asked.model_dump(), kind, id)


def save_item_proof(desk: Desk, asked: Asked, sample: str) -> Answer:
    """The proof of one entry of a drawn item."""
    return sample_pages.save_item_proof(desk, {name: str(value) for name, value in asked.model_dump().items()}, sample)
