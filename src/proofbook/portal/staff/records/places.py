"""Where kept records stand, and what can be done with them."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.records.attaching_act import ATTACH_TO_RECORD
from proofbook.portal.staff.records.attachment_pages import act_attach, save_file, show_attach
from proofbook.portal.staff.records.editing import act_edit, act_new, keep_edit, keep_new, show_edit, show_new
from proofbook.portal.staff.records.filing_act import FILE_RECORD
from proofbook.portal.staff.records.history import show_difference, show_history
from proofbook.portal.staff.records.lists import show_approvals, show_kinds, show_list
from proofbook.portal.staff.records.one_record import (
    save_record_entry,
    save_record_proof,
    see_entry,
    show_pointing,
    show_record,
)
from proofbook.portal.staff.records.signing_act import SIGN_RECORD
from proofbook.portal.staff.records.signing_pages import act_sign

_READ: Final = Permission.READ
_WRITE: Final = Permission.PREPARE
_ONE: Final = "/records/{kind}/{id}"

RECORD_PLACES: Final = (
    Place(path="/records", need=_READ, show=show_kinds),
    Place(path="/approvals", need=Permission.REVIEW, show=show_approvals),
    Place(path="/records/new/{kind}", need=_WRITE, show=show_new, act=act_new, does=("record.file",)),
    Place(path="/records/drafts/{kind}", need=_WRITE, act=keep_new),
    Place(path="/records/drafts/{kind}/{id}", need=_WRITE, act=keep_edit),
    Place(path="/records/entries/{entry}.tlog-proof", need=_READ, show=save_record_proof),
    Place(path="/records/entries/{entry}.entry.json", need=_READ, show=save_record_entry),
    Place(path="/records/entries/{entry}", need=_READ, show=see_entry),
    Place(path="/records/{kind}", need=_READ, show=show_list),
    Place(path=_ONE, need=_READ, show=show_record),
    Place(path=f"{_ONE}/edit", need=_WRITE, show=show_edit, act=act_edit, does=("record.file",)),
    Place(path=f"{_ONE}/history", need=_READ, show=show_history),
    Place(path=f"{_ONE}/difference", need=_READ, show=show_difference),
    Place(path=f"{_ONE}/sign", need=Permission.REVIEW, act=act_sign, does=("record.sign",)),
    Place(path=f"{_ONE}/attach", need=_WRITE, show=show_attach, act=act_attach, does=("record.attach",)),
    Place(path=f"{_ONE}/files/{{digest}}", need=_READ, show=save_file, witnessed=True),
    Place(path=f"{_ONE}/named-by/{{other}}", need=_READ, show=show_pointing),
)
RECORD_ACTS: Final = (FILE_RECORD, SIGN_RECORD, ATTACH_TO_RECORD)
