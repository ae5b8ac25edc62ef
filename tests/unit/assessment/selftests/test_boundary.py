"""Self-tests of the boundary and of retrieval indexes: ways in, ways out, what must not be found."""

from __future__ import annotations

from typing import Any

import pytest

from support.facts_builder import FactsBuilder, at
from support.planted import BREAKS, EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown
from support.sound_documents import P2

DESK, RULE, EGRESS = ("ai_system", "sample-desk"), ("egress.rule", "er-1"), ("egress.review", "eg-q1")
BYPASS, LEAVES, SHARED = (("boundary.test", f"bt-{test}") for test in ("bypass_refused", "egress_denied", "permission_mirrored"))
BUILD, MANIFEST = ("index.build", "ib-7"), ("index.manifest", "im-1")
OPEN = {"code": "engine_reachable_from_network", "detail": "llama.cpp on port 8080 is bound to 0.0.0.0", "path": None}
DIRECT = OPEN | {"code": "engine_reachable_directly"}


def scan(*differences: dict[str, Any]) -> Any:
    """A look at the machine that found these."""

    def look(builder: FactsBuilder) -> None:
        builder.discovery("2026-08-01", differences=len(differences), body={"differences": list(differences)})

    return look


FAULTS = [
    Planted("endpoint_authenticated", BYPASS, EXCEPTION, "did not go as expected: it answered",
            {"outcome": "not_as_expected", "observed": "it answered"}, beside=2),
    Planted("endpoint_authenticated", BYPASS, NOT_SHOWN, "is unclear", {"outcome": "unclear"}, beside=2),
    Planted("endpoint_authenticated", DESK, NOT_SHOWN, "no bypass_refused test", change={BYPASS: {"system": "sample-new"}}),
    Planted("endpoint_authenticated", DESK, EXCEPTION, "answered 4 exchanges",
            plant=lambda builder: builder.caller("unknown", "sample-desk", "2026-03-01", "2026-03-02", 4, method="unknown")),
    Planted("endpoint_authenticated", ("discovery.run", "sample-host"), BREAKS, "bound to 0.0.0.0", plant=scan(OPEN)),
    Planted("endpoint_authenticated", ("discovery.run", "sample-host"), NOT_SHOWN, "engine_reachable_directly", plant=scan(DIRECT)),
    Planted("egress_default_deny", RULE, EXCEPTION, "whatever no rule names", {"default": "allow"}),
    Planted("egress_default_deny", RULE, NOT_SHOWN, "is unknown", {"default": "unknown"}),
    Planted("egress_default_deny", RULE, EXCEPTION, "to reach anything (0.0.0.0/0)", {"destination": "0.0.0.0/0"}),
    Planted("egress_default_deny", RULE, NOT_SHOWN, "purpose, owner not stated", {"purpose": None, "owner": None}),
    Planted("egress_default_deny", RULE, EXCEPTION, "approved on 2025-12-04", {"approved_at": at("2025-12-04")}),
    Planted("egress_default_deny", RULE, EXCEPTION, "asked for themselves", {"approved_by": P2}),
    Planted("egress_default_deny", RULE, EXCEPTION, "its last day was 2026-06-30", {"expires_on": "2026-06-30"}),
    Planted("egress_default_deny", RULE, EXCEPTION, "it was taken away on 2026-09-01",
            {"expires_on": "2026-06-30", "removed_at": at("2026-09-01")}),
    Planted("egress_default_deny", EGRESS, EXCEPTION, "2 rules had no owner", {"without_owner": 2}),
    Planted("egress_default_deny", EGRESS, NOT_SHOWN, "denied not counted", {"denied": None}),
    Planted("egress_default_deny", DESK, NOT_SHOWN, "no rule is on record for its segment", {"network_segment": "other-net"}),
    Planted("egress_default_deny", DESK, NOT_SHOWN, "segment is not stated", {"network_segment": None}),
    Planted("egress_default_deny", LEAVES, EXCEPTION, "did not go as expected", {"outcome": "not_as_expected"}),
    Planted("index_within_manifest", BUILD, EXCEPTION, "3 documents in it", {"outside_manifest": 3}),
    Planted("index_within_manifest", BUILD, EXCEPTION, "documents of mail, personnel, which manifest im-1 does not allow",
            {"sources": [{"source": "personnel", "documents": 1}, {"source": "mail", "documents": 2}]}),
    Planted("index_within_manifest", BUILD, NOT_SHOWN, "not compared", {"outside_manifest": None, "sources": []}),
    Planted("index_within_manifest", BUILD, NOT_SHOWN, "is not named", {"manifest": None}),
    Planted("index_within_manifest", BUILD, NOT_SHOWN, "im-9 is not on record", {"manifest": "im-9"}),
    Planted("index_within_manifest", BUILD, EXCEPTION, "1 planted document could be found", {"canaries_found": 1}),
    Planted("index_within_manifest", BUILD, NOT_SHOWN, "was not tried", {"canaries_found": None}),
    Planted("index_within_manifest", BUILD, NOT_SHOWN, "was not in force on 2026-02-01",
            change={MANIFEST: {"happened": "2026-02-15"}}),
    Planted("index_within_manifest", MANIFEST, EXCEPTION, "was approved on 2026-01-20", {"approved_at": at("2026-01-20")}),
    Planted("index_within_manifest", MANIFEST, EXCEPTION, "asked for themselves", {"approved_by": P2}),
    Planted("index_within_manifest", MANIFEST, NOT_SHOWN, "approved_by not stated", {"approved_by": None}),
    Planted("index_within_manifest", ("index.build", "ib-8"), NOT_SHOWN, "builds 8 to 10 of sample-index not recorded",
            {"number": 11}),
    Planted("index_within_manifest", ("index", "second-index"), NOT_SHOWN, "no build of it is on record",
            change={DESK: {"indexes": ["sample-index", "second-index"]}}),
    Planted("index_permissions", SHARED, EXCEPTION, "shown: a salary", {"outcome": "not_as_expected", "observed": "a salary"},
            beside=1),
    Planted("index_permissions", DESK, NOT_SHOWN, "no test with two people", drop=[SHARED]),
    Planted("index_permissions", DESK, NOT_SHOWN, "is not stated", {"indexes": None}),
    Planted("index_permissions", MANIFEST, NOT_SHOWN, "may read is not stated", {"permission_filter": None}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way around the boundary is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "drop", "reason"),
    [
        ("endpoint_authenticated", ["boundary.test", "ai_system"], "was tried"),
        ("egress_default_deny", ["egress.rule"], "no rule for traffic out"),
        ("egress_default_deny", [LEAVES], "nobody tried"),
        ("index_within_manifest", ["index.build", "ai_system"], "no build of an index"),
        ("index_permissions", ["boundary.test", "ai_system", "index.manifest"], "no system in use"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, drop: list[Any], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, drop=drop, traffic=False)
