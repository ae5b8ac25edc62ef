"""Requests made from the OpenAPI document itself: whatever fits it, and what does not, is answered as the document says.

Each operation gets a few requests, so that all of them together stay within seconds; their seed is the name of the operation, so that a failure comes back.
"""

from __future__ import annotations

import zlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from proofbook.people.roles import Permission
from proofbook.portal.api.resource import ROOT, Asked, Doing, Reading
from proofbook.portal.api.table import RESOURCES, document
from support.api_caller import Callers, Program

EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(document())


def caller(callers: Callers, resource: Reading | Doing) -> Program:
    """Who may come there."""
    if resource.path.startswith("/room"):
        return callers.auditor
    if resource.need is Permission.ADMINISTER:
        return callers.administrator
    return callers.pipeline if resource.need is Permission.PUSH else callers.lead


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda each: each.value)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_what_is_sent_is_answered_as_the_document_says(callers: Callers, resource: Reading | Doing, mode: GenerationMode) -> None:
    """Statuses, media types, forms of answers and headers; never a mistake of ours."""
    operation = SCHEMA[resource.path][resource.method]
    if mode is GenerationMode.NEGATIVE and isinstance(resource, Reading) and resource.asks is Asked:
        return  # nothing that could be sent wrongly but a part of the path, which the other mode makes up
    program = caller(callers, resource)
    headers = {"Authorization": f"Bearer {program.secret}"}
    base = f"http://127.0.0.1:{program.port}{ROOT}"

    @seed(zlib.crc32(resource.name.encode()))
    @settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        response = case.call(base_url=base, headers=headers)
        case.validate_response(response, checks=CHECKS)

    ask()
