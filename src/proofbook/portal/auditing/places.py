"""The places of the auditor's room. Every look here is an entry, because every visitor of it is an auditor."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.auditing import (
    artifact_pages,
    content_act,
    content_page,
    control_pages,
    home_page,
    keeping_acts,
    keeping_pages,
    population_pages,
    producing_acts,
    request_acts,
    request_pages,
    sample_acts,
    sample_pages,
)
from proofbook.portal.places import Place, Section

AUDIT: Final = Permission.AUDIT

AUDITING_SECTIONS: Final = (
    Section("/room", "Engagement", AUDIT),
    Section("/room/requests", "Requests", AUDIT),
    Section("/room/controls", "Controls", AUDIT),
    Section("/room/artifacts", "Artifacts", AUDIT),
    Section("/room/answers", "Answers", AUDIT),
    Section("/room/populations", "Populations", AUDIT),
    Section("/room/samples", "Samples", AUDIT),
    Section("/room/notes", "Notes", AUDIT),
    Section("/room/receipts", "Receipts", AUDIT),
)

AUDITING_PLACES: Final = (
    Place(path="/room", need=AUDIT, show=home_page.show_room),
    Place(
        path="/room/requests", need=AUDIT, show=request_pages.show_requests, act=request_pages.make, does=("room.requests.ask",)
    ),
    Place(
        path="/room/request",
        need=AUDIT,
        show=request_pages.show_new,
        act=request_pages.import_list,
        does=("room.requests.import",),
    ),
    Place(
        path="/room/requests/{request}",
        need=AUDIT,
        show=request_pages.show_request,
        act=request_pages.move,
        does=("room.requests.move",),
    ),
    Place(path="/room/requests/{request}/comments", need=AUDIT, act=request_pages.comment, does=("room.requests.comment",)),
    Place(path="/room/controls", need=AUDIT, show=control_pages.show_controls, assesses=True),
    Place(path="/room/controls/{control}", need=AUDIT, show=control_pages.show_control, assesses=True),
    Place(path="/room/records/{kind}/{id}", need=AUDIT, show=control_pages.show_record, assesses=True),
    Place(path="/room/records/{kind}/{id}/proof", need=AUDIT, show=control_pages.save_record_proof, assesses=True),
    Place(path="/room/records/{kind}/{id}/entry", need=AUDIT, show=control_pages.save_record_entry, assesses=True),
    Place(path="/room/artifacts", need=AUDIT, show=artifact_pages.show_artifacts, assesses=True),
    Place(path="/room/artifacts/{artifact}", need=AUDIT, show=artifact_pages.show_artifact, assesses=True),
    Place(path="/room/artifacts/{artifact}/{name}", need=AUDIT, show=artifact_pages.show_artifact_page, assesses=True),
    Place(path="/room/answers", need=AUDIT, show=artifact_pages.show_answers, assesses=True),
    Place(path="/room/answers/{name}", need=AUDIT, show=artifact_pages.show_answer, assesses=True),
    Place(path="/room/populations", need=AUDIT, show=population_pages.show_populations),
    Place(
        path="/room/populations/{population}",
        need=AUDIT,
        show=population_pages.show_population,
        act=population_pages.produce,
        does=("room.deliveries.watch",),
    ),
    Place(path="/room/evidence-room", need=AUDIT, act=population_pages.produce_room, does=("room.deliveries.room",)),
    Place(
        path="/room/roll-forward", need=AUDIT, act=population_pages.produce_roll_forward, does=("room.deliveries.roll_forward",)
    ),
    Place(path="/room/deliveries/{delivery}", need=AUDIT, show=population_pages.show_delivery),
    Place(path="/room/deliveries/{delivery}/files/{name}", need=AUDIT, show=population_pages.save_file),
    Place(
        path="/room/samples", need=AUDIT, show=sample_pages.show_samples, act=sample_pages.draw_one, does=("room.samples.draw",)
    ),
    Place(
        path="/room/samples/{sample}",
        need=AUDIT,
        show=sample_pages.show_sample,
        act=sample_pages.extend_one,
        does=("room.samples.extend",),
    ),
    Place(path="/room/samples/{sample}/item", need=AUDIT, show=sample_pages.show_item),
    Place(path="/room/samples/{sample}/proof", need=AUDIT, show=sample_pages.save_item_proof),
    Place(path="/room/samples/{sample}/content", need=AUDIT, act=content_page.look, does=("room.content.reveal",)),
    Place(path="/room/notes", need=AUDIT, show=keeping_pages.show_notes, act=keeping_pages.keep_note, does=("room.notes.keep",)),
    Place(path="/room/notes/{note}/withdraw", need=AUDIT, act=keeping_pages.drop_note, does=("room.notes.withdraw",)),
    Place(
        path="/room/receipts",
        need=AUDIT,
        show=keeping_pages.show_receipts,
        act=keeping_pages.give_receipt,
        does=("room.receipts.give",),
    ),
    Place(path="/room/receipts/check", need=AUDIT, act=keeping_pages.check, does=("room.receipts.check",)),
)
AUDITING_ACTS: Final = (
    request_acts.ASK,
    request_acts.JUDGE,
    request_acts.REMARK,
    request_acts.TAKE_OVER,
    sample_acts.DRAW,
    sample_acts.EXTEND,
    content_act.SEE_CONTENT,
    producing_acts.WATCH,
    producing_acts.MAKE_ROOM,
    producing_acts.ROLL,
    keeping_acts.KEEP_NOTE,
    keeping_acts.WITHDRAW_NOTE,
    keeping_acts.GIVE_RECEIPT,
    keeping_acts.CHECK_RECEIPT,
)
