"""Access as people change it while the gateway runs: a record is applied, and the next calls are held against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from proofbook.primitives.digest import sha256_digest
from support.command_line import Place, ask, copy_place, issue_key, wait_until
from support.record_desk import RecordDesk, instant_ago

pytestmark = pytest.mark.real
CALLER = "sample-caller"
ADMISSION = '\n[gateway.admission]\ngrant = "refuse"\nregistered = "flag"\napproved_weights = "refuse"\n'


@pytest.fixture(scope="module")
def desk(used: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordDesk]:
    """A running home that refuses callers without a grant and weights without an approval."""
    place = copy_place(used, tmp_path_factory.mktemp("admission") / "place")
    place.settings.write_text(place.settings.read_text("utf-8") + ADMISSION, "utf-8")
    with place.up():
        yield RecordDesk(place)


def _digest(place: Place) -> str:
    return sha256_digest(next((place.folder / "models").iterdir()).read_bytes())


def _grant(**fields: Any) -> dict[str, Any]:
    record = {"title": "Sample grant", "subject_id": CALLER, "subject_kind": "person", "system": "assistant", "role": "use"}
    return {"kind": "access.grant", "id": "sample-grant", "record": {**record, "granted_at": instant_ago(0), **fields}}


def _approval(desk: RecordDesk, decision: str, system: str = "assistant") -> dict[str, Any]:
    record = {
        "title": "Sample approval", "artifact_digest": _digest(desk.place), "systems": [system], "decision": decision,
        "verification": "internal_baseline_only", "decided_at": instant_ago(0), "decided_by": "sample-approver",
    }  # fmt: skip
    return {"kind": "model.approval", "id": "sample-approval", "record": record}


def _page() -> dict[str, Any]:
    record = {"title": "Sample assistant", "purpose": "sample", "status": "production"}
    return {"kind": "ai_system", "id": "assistant", "record": record}


def _try(desk: RecordDesk, token: str) -> str:
    """`answered`, or the reason for which the gateway turned the call away."""
    try:
        ask(desk.place, token)
    except openai.APIStatusError as error:
        return str(error.code)
    return "answered"


def _heard(condition: Callable[[], bool]) -> None:
    """The record came while the gateway ran, and nobody told it."""
    wait_until(condition, "the gateway heard of the record")


def _explained(desk: RecordDesk) -> dict[str, Any]:
    found: dict[str, Any] = desk.place.run("--json", "access", "explain", CALLER, "assistant").json
    return found


def test_records_open_and_close_the_door_while_the_gateway_runs(desk: RecordDesk) -> None:
    """Grant, approval, revocation, withdrawal: each is obeyed within seconds, explained from its records, and on record."""
    token = issue_key(desk.place, CALLER)
    wait_until(lambda: _try(desk, token) == "grant_missing", "the key is known")
    assert (_explained(desk)["decision"], _explained(desk)["reason"]) == ("refuse", "grant_missing")

    desk.file(_page())
    desk.file(_grant())
    _heard(lambda: _try(desk, token) == "model_unapproved")
    desk.place.run("collect", "model_store", "models")
    desk.file(_approval(desk, "approved"))
    _heard(lambda: _try(desk, token) == "answered")
    explained = _explained(desk)
    assert (explained["decision"], explained["flags"]) == ("allow", [])
    named = {basis["kind"]: basis["id"] for each in explained["questions"] for basis in each["records"]}
    assert named == {"access.grant": "sample-grant", "ai_system": "assistant", "model.approval": "sample-approval"}

    revocation = {
        "title": "Sample end", "grant": "sample-grant", "subject_id": CALLER, "revoked_at": instant_ago(0),
        "revoked_by": "sample-operator", "reason": "mover",
    }  # fmt: skip
    desk.file({"kind": "access.revocation", "id": "sample-end", "record": revocation})
    _heard(lambda: _try(desk, token) == "grant_missing")
    text = desk.place.run("access", "explain", CALLER, "assistant").out
    assert re.search(r"was revoked at .*\(sample-end\)", text)

    desk.file({**_grant(), "id": "sample-grant-2"})
    _heard(lambda: _try(desk, token) == "answered")
    desk.file(_approval(desk, "withdrawn"))
    _heard(lambda: _try(desk, token) == "model_unapproved")
