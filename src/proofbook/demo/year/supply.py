"""Where the sample year's models and engine come from: vendors and their reviews, artifacts, approvals, what was new upstream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from proofbook.demo.year.calendar import DAY, Span, Year
from proofbook.demo.year.cast import (
    APPROVER,
    FIRST_MODEL,
    HANDBOOK,
    HELP_DESK,
    HOST,
    MODELS,
    NOTES,
    OPERATOR,
    OWNER,
    SECOND_MODEL,
    SMALL_MODEL,
    SYSTEMS,
    TRIAGE,
    SampleModel,
)
from proofbook.demo.year.plan import Step, keep, observe

STORE: Final = "collector:sample-store"
SERVES: Final = {
    FIRST_MODEL.id: [HELP_DESK, TRIAGE], SECOND_MODEL.id: [HELP_DESK, TRIAGE, NOTES], SMALL_MODEL.id: [HANDBOOK],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleVendor:
    """An upstream of the year."""

    id: str
    kind: str
    takes: str
    tier: str
    publishes_as: tuple[str, ...] = ()


VENDORS: Final = (
    SampleVendor("sample-publisher", "publisher", "model weights", "T1", ("sample-publisher",)),
    SampleVendor("sample-hub", "hub", "downloads of weights", "T2", ("sample-hub.example",)),
    SampleVendor("sample-engine-project", "engine", "the inference engine", "T1", ("llama.cpp",)),
    SampleVendor("sample-driver-vendor", "driver", "drivers of the accelerator", "T2"),
    SampleVendor("sample-hosting", "hosting", "power and cooling of the server room", "T2"),
)
_EVENTS: Final = (
    ("engine release", "sample-engine-project", "llama.cpp", "release", "feature"),
    ("driver release", "sample-driver-vendor", "sample driver", "release", "quality"),
    ("engine advisory", "sample-engine-project", "llama.cpp", "advisory", "security"),
    ("model release", "sample-publisher", "sample-assistant", "release", "quality"),
)
_DAYS_ALLOWED: Final = {"security": 14, "quality": 45, "feature": 60}


def plan_supply(year: Year) -> Iterator[Step]:
    """All of it."""
    for vendor in VENDORS:
        yield _vendor(year, vendor)
        yield _vendor_review(year, vendor)
    for model in MODELS:
        yield record_artifact(year, model, year.day(model.taken_in))
        yield approve(year, model, model.taken_in + 10)
    for place, week in enumerate(year.weeks()):
        yield from _upstream(year, week, place)


def _vendor(year: Year, vendor: SampleVendor) -> Step:
    decided = year.at(year.day(-37), 10)
    return keep(
        "vendor", vendor.id, APPROVER, decided + timedelta(minutes=10),
        title=f"{vendor.id} (sample upstream)",
        kind=[vendor.kind],
        takes=vendor.takes,
        systems=[system.id for system in SYSTEMS[:3]],
        publishes_as=list(vendor.publishes_as),
        tier=vendor.tier,
        tier_reason="what production depends on" if vendor.tier == "T1" else "replaceable within a month",
        holds_our_data="no",
        operates_for_us="yes" if vendor.kind == "hosting" else "no",
        relationship="vendor",
        identity_evidence="address and account that were checked by telephone (sample)",
        signing="does not sign" if vendor.kind == "publisher" else "not applicable",
        hash_publication="beside each file" if vendor.kind in {"publisher", "hub"} else None,
        security_contact=f"security@{vendor.id}.example",
        advisory_channel=f"https://{vendor.id}.example/advisories",
        release_habit="about once a month",
        known_incidents=[],
        licenses=["apache-2.0"],
        jurisdiction="sample country",
        training_data_statement="none published" if vendor.kind == "publisher" else None,
        diligence_decision="accepted",
        diligence_by=APPROVER,
        diligence_at=decided,
        first_used=year.day(-33),
        mirror="sample mirror",
        mirror_checked=year.day(-36),
        alternatives=["a sample alternative"],
        exit="the mirror serves until something else is chosen",
        feed="weekly look at the advisory channel",
        review_every="annual",
        soc_report="none" if vendor.kind == "hosting" else None,
    )  # fmt: skip


def _vendor_review(year: Year, vendor: SampleVendor) -> Step:
    return keep(
        "vendor.review", f"{vendor.id}-review", OWNER,
        title=f"Sample review of {vendor.id}", vendor=vendor.id, performed_at=year.at(year.by_year_end(), 10), reviewer=OWNER,
        findings=[], soc_report_read="not_applicable", outcome="keep",
    )  # fmt: skip


def record_artifact(year: Year, model: SampleModel, day: date) -> Step:
    """The provenance record of an artifact, as a look at the store leaves it."""
    moment = year.at(day, 7)
    known = model.verification == "hash_matches_publisher_metadata"
    file: dict[str, Any] = {
        "path": model.name, "role": "weights", "size": 4096, "sha256": model.sha256, "claimed": None, "method": "full",
        "hashed_at": moment, "note": "generated sample data: these bytes never were",
    }  # fmt: skip
    return observe(
        "model.artifact", model.digest, STORE, moment,
        artifact=model.digest, behaviour_sha256=None, listing_sha256=sha256(model.digest.encode()).hexdigest(),
        name=model.name, store="gguf_file", location=f"/srv/sample-models/{model.name}", host=HOST, format="gguf",
        code_executing="no", files=[file], files_total=1, bytes_total=4096, imports=[], source_registry="sample-hub.example",
        source_repository=f"{model.publisher}/{model.id}", source_revision=model.sha256[:40],
        source_how_known="download record (sample)", pinned="yes", publisher=model.publisher, converter=model.publisher,
        base_model="unknown", license_declared="apache-2.0", license_text_sha256=sha256(b"sample licence").hexdigest(),
        architecture="llama", parameters="1.1B", quantization="Q4_K_M", template_sha256=None,
        self_declared={"general.name": "generated sample data"}, verification=model.verification, rung=model.rung,
        verification_detail="hash beside the file at the publisher" if known else "first seen here; nothing to compare with",
        signature="none_found", acquired_at="unknown", observed_at=moment, findings=[], unknowns=["what it was trained on"],
    )  # fmt: skip


def approve(year: Year, model: SampleModel, day: int) -> Step:
    """Its approval: says what the provenance record shows, and no more."""
    known = model.verification == "hash_matches_publisher_metadata"
    return keep(
        "model.approval", f"{model.id}-approval", APPROVER,
        title=f"Approval of {model.name} (sample)", artifact_digest=model.digest, systems=SERVES.get(model.id, []),
        publisher=model.publisher if model.publisher == "sample-publisher" else None, verification=model.verification,
        verification_detail="as recorded", license="apache-2.0", license_sha256=sha256(b"sample licence").hexdigest(),
        license_decision="allowed", license_decided_by=APPROVER, scan_tool="sample scanner 1.0", scan_result="nothing_found",
        card_sha256=sha256(f"card of {model.id}".encode()).hexdigest(), training_data_statement="none published",
        advisories_reviewed=[], evaluations=[], requested_by=OPERATOR,
        decision="approved" if known else "approved_with_conditions",
        conditions=None if known else "internal use only; compared with the publisher's hash once it publishes one",
        decided_by=APPROVER, decided_at=year.at(year.day(day), 11),
    )  # fmt: skip


def _upstream(year: Year, week: Span, place: int) -> Iterator[Step]:
    title, vendor, product, what, grade = _EVENTS[place % len(_EVENTS)]
    published = year.at(min(week.first + year.number(f"upstream {week.id}", 4) * DAY, week.last), 6, 30)
    noticed = year.at(week.last - 2 * DAY if week.last - 2 * DAY >= week.first else week.last, 10)
    event = f"sample-upstream-{week.id}"
    yield keep(
        "upstream.event", event, OPERATOR, max(noticed, published) + timedelta(minutes=15),
        title=f"Sample {title}, {week.id}", vendor=vendor, product=product, version=f"sample-{week.id}", what=what,
        classification=grade, published_at=published, noticed_at=max(noticed, published),
        link=f"https://{vendor}.example/{week.id}", systems=[], decide_within_days=_DAYS_ALLOWED[grade],
    )  # fmt: skip
    decided = max(noticed, published) + timedelta(days=1, hours=2)
    if decided < year.at(year.last, 23):
        yield keep(
            "upstream.decision", f"{event}-decision", APPROVER,
            title=f"Sample decision on the {title}, {week.id}", event=event,
            decision="mitigate" if grade == "security" else "decline",
            reason="the path concerned is not used here" if grade == "security" else "brings nothing that is needed",
            decided_by=APPROVER, decided_at=decided,
        )  # fmt: skip
