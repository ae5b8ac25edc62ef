"""Where the auditor's requests are answered."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.requests import request_acts, request_pages, sample_acts, sample_pages

READ: Final = Permission.READ
LEAD: Final = Permission.LEAD

REQUEST_PLACES: Final = (
    Place(
        path="/requests",
        need=READ,
        show=request_pages.show_requests,
        act=request_pages.import_list,
        acting=LEAD,
        does=("requests.import",),
    ),
    Place(
        path="/requests/{request}",
        need=READ,
        show=request_pages.show_request,
        act=request_pages.answer,
        acting=LEAD,
        does=("requests.move",),
    ),
    Place(path="/requests/{request}/owner", need=LEAD, act=request_pages.edit_owner, does=("requests.edit",)),
    Place(path="/requests/{request}/comments", need=LEAD, act=request_pages.comment_on, does=("requests.comment",)),
    Place(path="/drawn", need=READ, show=sample_pages.show_samples),
    Place(
        path="/drawn/{sample}",
        need=READ,
        show=sample_pages.show_sample,
        act=sample_pages.release,
        acting=LEAD,
        does=("samples.release",),
    ),
)
REQUEST_ACTS: Final = (
    request_acts.MOVE_REQUEST,
    request_acts.EDIT_REQUEST,
    request_acts.COMMENT_ON_REQUEST,
    request_acts.IMPORT_REQUESTS,
    sample_acts.RELEASE_CONTENT,
)
