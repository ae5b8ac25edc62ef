"""Every point that a document of its sort must speak of is spoken of. One pattern for each point, found within one section."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pytest
import yaml

from proofbook.starter.texts import read_draft, starter_ids, starter_sections

POINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ai-use-policy": (
        "purpose and principles",
        "hosted and embedded",
        "definitions",
        "executive sponsor.*governance lead.*system owner.*model approver.*data owner.*reviewer.*operator.*user",
        "risk tiers",
        "approved list.*gets on the list.*taken off",
        "permitted.*on conditions.*prohibited.*always need a human",
        "prompts, indexes and training.*personal data.*commitments",
        "labelled.*rights.*take no action by themselves",
        "hosted ai.*by default",
        "working days.*last day.*refusal has a reason",
        "reading content is a role of its own",
        "users are told",
        "model patch and version management policy.*evaluation standard",
        "report, without first deciding.*not sanctioned",
        "acknowledges.*roster",
        "hubs?, people who quantise",
        "records and retention",
        "disciplinary",
        "once a year and within",
    ),
    "model-version-policy": (
        "weights, quantisation, adapters.*tokenizer and chat template.*system prompt, guardrails, sampling.*tools.*index scope",
        "what counts as a change.*embedding model.*engine.*drivers.*base image",
        "weekly.*nothing new",
        "security-critical.*security.*safety or behaviour.*quality.*feature.*deprecation or licence",
        r"days count from publication.*\b7 is.*\b30 is.*\b90 is.*adopt.*mitigate.*decline.*defer",
        "immutable revision.*sha-256.*scan.*licence",
        "evaluation suite.*same quantisation.*regression rule.*security checks",
        "never the person who asked",
        "window.*stages.*loadable",
        "watched for.*compared",
        "emergency path.*who may authorise.*reviews it",
        "nothing floats.*at load the hash",
        "retired when.*indexes.*disposal",
        "at least once a year",
        "days to decide by class.*age of running models",
    ),
    "ai-incident-playbook": (
        "ai event.*near miss.*ai incident.*security incident.*privacy breach.*severity below maps",
        "retrieval.*outputs or logs.*acted on.*injection.*compromised model.*unauthorised change.*unavailable.*unapproved.*evaluation failure",
        "how we learn",
        "model approver.*data owner.*legal.*communications",
        "data\\*\\*.*people or customers.*decisions.*reversibility",
        "acknowledged.*classified.*contained.*told.*times that were kept",
        "take the system.*read-only.*go back.*block an index source.*quarantine.*revoke.*freeze retention",
        "prompts and answers.*hashes.*settings.*index manifest.*image of disk.*who took it",
        "by retrieved source.*by artifact hash.*by time",
        "stands after review, changed, or cannot be changed",
        "customers.*individuals.*regulators.*upstream publisher",
        "contributing factors.*failure of review",
        "one owner and a day.*evaluation suite",
        "closed by",
        "exercise programme",
        "commitments.*closed by whom",
    ),
    "tabletop-a-index-leak": (
        r"90 minutes",
        "setup",
        r"t\+0.*t\+10.*t\+20.*t\+35",
        r"t\+50.*t\+65",
        "14 exchanges by 6 users.*contractor",
        "no deletion",
        "manifest against actual.*canary",
        "how to judge.*detection.*classification.*containment.*evidence.*look-back.*decision rights.*communication",
        "could not answer",
    ),
    "tabletop-b-wrong-output": (
        r"90 minutes",
        r"t\+0.*t\+15.*t\+30.*t\+45",
        r"t\+60.*t\+70",
        "212.*190",
        "go back to the former quantisation",
        "look-back.*failure of the review control.*suite gets cases",
        "commitments to customers were significantly impaired",
        "change record of the quantisation.*list of 212",
        "could not answer",
    ),
    "tabletop-c-tampered-weights": (
        r"120 minutes",
        r"t\+0.*t\+10.*t\+25.*t\+40.*t\+55",
        r"t\+75.*t\+95",
        "internal_baseline_only",
        "quarantine.*isolated, images of disk",
        "credentials.*rebuilt.*waiver.*hash compared at load.*vendor record.*intake no longer",
        "last restore test",
        "could not answer",
    ),
    "upstream-procedure": (
        "publisher of weights.*hub.*quantised.*engine.*datasets.*driver.*host",
        "holds? our data.*subservice organisation",
        r"t1.*t2.*t3",
        "identity.*signing.*security contact.*jurisdiction.*model card.*training data",
        "commercial use.*attribut.*ended",
        "mirror.*replace the upstream",
        "feed of each upstream.*each year",
        "end of a relationship",
    ),
    "access-review-procedure": (
        "identity provider.*gateway.*engines.*web interfaces.*administrators.*model store.*index pipeline.*logs.*service identities",
        "each quarter.*as of one day",
        "exact query.*reconciled",
        "roster.*moved.*left.*contractor.*service identity.*shared",
        "system owner.*do not decide about their own",
        "keep, change or remove.*starts empty",
        "second query after the removal",
        "was it used",
        "complete when every row is decided, every removal",
        "rotat",
    ),
    "evaluation-standard": (
        "which systems",
        "failure that matters gets a metric",
        "hash, number of cases.*owner.*held back",
        "people.*blind.*agreement.*model as grader.*pinned",
        "before the run.*met; met on conditions.*not met",
        "configuration is the one that serves.*repeated.*best of several",
        "interval.*meaningful",
        "each quarter.*before each change.*after an incident.*new use.*data moves",
        "waiver with owner, reason.*last day.*whole suite runs again",
        "signs within",
        "outside the team",
        "limits we state",
        "records and retention",
    ),
    "human-oversight-procedure": (
        "approve before effect.*review after, with reversal.*sample",
        "list at.*training",
        "input.*output.*sources.*version.*known to be bad at.*confidence",
        "what to check",
        "accepted; accepted with edits; rejected; escalated.*code",
        "time from opening.*limit of work",
        "conflicts",
        "stop the use",
        "escalat",
        "population.*seed.*not review them.*doubles",
        "each month",
        "rotation.*seeded errors",
        "understand.*pull to agree.*read the output.*override or reverse.*stop it",
        "records",
    ),
    "data-flow-conventions": (
        "l0.*l1.*l2",
        "e-.*rectangle.*p-.*rounded.*d-.*two lines.*f-.*tb-.*dashed",
        "data elements.*class.*personal data.*protocol.*who starts.*boundaries.*logged.*keeps",
        "user to gateway.*gateway to engine.*embedding.*vector store.*retriever.*tools.*conversation log.*caches",
        "evaluation data.*backups.*monitoring.*download.*administrators.*support.*updates.*hosted fallback",
        "crossed out.*excluded_by",
        "day it describes.*author.*approver.*next review.*differences",
        "worse than none",
    ),
    "retention-schedule": (
        "audit period, plus the time until the report is issued, plus the next cycle",
        "six months.*the use decides.*not legal advice",
        "vectors",
        "caches",
        "backups",
        "weights",
        "evaluation data",
        "hold",
        "disks",
        "older than which day.*held.*failed",
    ),
}
FLOWS: Final = (
    "E-user P-gateway",
    "P-gateway P-engine",
    "E-source P-ingest",
    "P-ingest P-embed",
    "P-ingest D-vectors",
    "D-vectors P-retriever",
    "P-retriever P-app",
    "D-prompts P-app",
    "P-app P-tools",
    "P-app E-user",
    "P-gateway D-log",
    "P-engine D-cache",
    "P-app D-app-cache",
    "P-eval D-eval",
    "D-log P-backup",
    "P-backup D-backup",
    "D-metrics P-monitor",
    "E-hub P-intake",
    "P-intake D-models",
    "D-models P-engine",
    "E-admin P-engine",
    "E-support P-engine",
    "E-updates P-engine",
    "E-user D-files",
)
SHUT: Final = ("P-gateway E-hosted", "P-engine E-maker", "E-hub P-engine", "E-user P-engine", "E-source D-vectors")
RISKS: Final = {
    "risk-retrieval-leak": "disclosure",
    "risk-wrong-output": "wrong_output",
    "risk-tampered-weights": "tampered_weights",
    "risk-injection": "injection",
    "risk-capacity": "capacity",
    "risk-upstream-change": "concentration",
    "risk-shared-keys": "fraud",
    "risk-log-content": "disclosure",
}


def _sections(draft: str) -> list[str]:
    sections = starter_sections(draft)
    assert sections is not None
    return [" ".join(f"{heading} {text}".lower().split()) for heading, text in sections]


@pytest.mark.parametrize(("draft", "point"), [(draft, point) for draft, points in POINTS.items() for point in points])
def test_point_is_spoken_of(draft: str, point: str) -> None:
    """Leaving a point out is how a policy comes to promise a thing that nobody does."""
    assert any(re.search(point, section) for section in _sections(draft)), point


def test_every_document_has_its_points() -> None:
    """A document without points would be held against nothing."""
    assert set(POINTS) == {each for each in starter_ids() if starter_sections(each) is not None}


@pytest.mark.parametrize("joined", [*FLOWS, *SHUT])
def test_flow_that_must_appear_appears(joined: str) -> None:
    """Shut ones are drawn too, so that a reader can tell shut from forgotten."""
    source, target = joined.split()
    found = [
        each
        for each in yaml.safe_load(read_draft("assistant-flows"))["record"]["flows"]
        if (each["source"], each["target"]) == (source, target)
    ]
    assert len(found) == 1
    assert ("excluded_by" in found[0]) == (joined in SHUT)


@pytest.mark.parametrize(("draft", "theme"), RISKS.items())
def test_register_speaks_of_each_risk(draft: str, theme: str) -> None:
    """The eight with which a register for local models starts."""
    assert theme in yaml.safe_load(read_draft(draft))["record"]["themes"]


def test_upstreams_are_a_publisher_a_hub_an_engine_and_a_host() -> None:
    """Only naming the hub is the usual mistake."""
    kinds = [
        yaml.safe_load(read_draft(each))["record"]["kind"] for each in starter_ids() if read_draft(each).count(b"kind: vendor")
    ]
    assert sorted(each for kind in kinds for each in kind) == ["engine", "hosting", "hub", "publisher"]
