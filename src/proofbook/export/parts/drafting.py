"""Inserts for a system description (DC 1 to 9), and lists of user-entity and subservice controls: drafts from records.

Promises: every sentence names the records it rests on; what no record says is a named blank, never filled; pages say DRAFT.
Does not write an assertion, and concludes nothing. Source: soc2.md 10. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from proofbook.artifacts.page import Block, Cell, Standing
from proofbook.artifacts.speaking import counted, label
from proofbook.assessment.facts import Facts
from proofbook.bundle.parts import SCOPE_FOLDER
from proofbook.controls.criteria import load_criteria
from proofbook.controls.crosswalk import load_crosswalk
from proofbook.export.parts.framing import Sheet
from proofbook.export.parts.planned import PartsFrom
from proofbook.export.parts.registers import text_table
from proofbook.readmodel.documents import DocumentVersion

DRAFT: Final = Cell("DRAFT", Standing.BLANK)
USER_CONTROLS: Final = (
    "People who use the service look over what a model wrote before they rely on it, where the documentation says so.",
    "Each customer decides which of its people have access, and takes it away when they leave.",
    "Data of classes that the agreement excludes is not submitted.",
    "Permissions in the customer's own sources are right: retrieval follows them.",
    "Output that is wrong, or was shown to the wrong people, is reported.",
    "Customers keep their own record of decisions they made with the help of output.",
)
"""Proposals of ours; each is a blank until the organisation adopts or strikes it."""
_HOSTING: Final[Mapping[str, Literal["colocation", "iaas", "managed_operator"]]] = {
    "colocation": "colocation",
    "iaas": "iaas",
    "managed": "managed_operator",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a draft. `entries` empty: it is a blank to be filled."""

    part: str
    words: str
    entries: tuple[str, ...] = ()

    def row(self) -> tuple[Any, ...]:
        """As a row of its page."""
        if not self.entries:
            return (self.part, Cell(f"⟦{self.words}⟧", Standing.BLANK), Cell("blank", Standing.BLANK))
        shown = ", ".join(self.entries[:3]) + (f" and {len(self.entries) - 3} more" if len(self.entries) > 3 else "")
        return (self.part, self.words, Cell(shown, mono=True))


def draft_sheet(origin: PartsFrom) -> Sheet:
    """Inserts for the system description."""
    facts = origin.assessed.facts
    sentences = tuple(sorted(_sentences(facts), key=lambda each: each.part))
    blank = [each for each in sentences if not each.entries]
    blocks: tuple[Block, ...] = (
        text_table("Sentences and what they rest on", ("Part", "Words", "Entries"), (each.row() for each in sentences), ""),
        text_table("Blanks", ("Part", "To be stated"), ((each.part, each.words) for each in blank), "No blank is left."),
    )
    records = (*facts.systems(), *facts.scoped("vendor"), *facts.in_period("incident.real"))
    return Sheet(
        SCOPE_FOLDER, "description-draft", "DRAFT: inserts for the system description", "Drawn from records, with blanks.",
        blocks, records, artifact="SUP-14", query="inventory, vendors, incidents, changes and controls in scope, newest versions",
        marks=(DRAFT, Cell(counted(len(blank), "blank"), Standing.BLANK)),
        plain=[{"part": each.part, "words": each.words, "entries": list(each.entries)} for each in sentences],
        limits=("A draft: the description is management's own, and is finished only when no blank is left.",),
    )  # fmt: skip


def lists_sheet(origin: PartsFrom) -> Sheet:
    """Controls expected of customers and of subservice organisations."""
    facts = origin.assessed.facts
    vendors = [each for each in facts.scoped("vendor") if str(each.body["relationship"]).startswith("subservice")]
    users = [(Cell(f"⟦{each}⟧", Standing.BLANK), Cell("proposal; adopt or strike it", Standing.BLANK)) for each in USER_CONTROLS]
    expected = [(each.body["title"], label(each.body["relationship"]), _expected(each), each.entry) for each in vendors]
    hosts = tuple(_hosting(facts))
    blocks: tuple[Block, ...] = (
        text_table("Controls expected of those who use the service", ("Words", "Standing"), users, ""),
        text_table(
            "Controls expected of subservice organisations", ("Organisation", "Method", "What is relied on", "Entry"), expected,
            "No vendor is recorded as a subservice organisation.",
        ),
        text_table(
            "Who keeps systems running, and how such a party is usually treated",
            ("System", "Hosting", "Usually", "Why", "Entry"),
            hosts,
            "No system is recorded as kept running by somebody else.",
        ),
    )  # fmt: skip
    return Sheet(
        SCOPE_FOLDER, "cuec-csoc-draft", "DRAFT: user-entity and subservice controls", "What others must do.",
        blocks, tuple(vendors), artifact="SUP-14", query="vendors and inventory pages in scope, newest versions", marks=(DRAFT,),
        plain={"user_controls": list(USER_CONTROLS), "subservice": [each.id for each in vendors]},
        limits=("Proposals, until the organisation adopts them; which controls are relied on is its decision.",),
    )  # fmt: skip


def _sentences(facts: Facts) -> Iterator[Sentence]:
    systems = facts.systems()
    for each in systems:
        yield from _services(each)
        yield from _components(each)
    if not systems:
        yield Sentence("DC1", "which features use a language model, and whether they assist or decide")
    yield from _procedures(facts)
    yield from _incidents(facts)
    standing = sorted(facts.scoped("control"), key=lambda each: each.id)
    if standing:
        yield Sentence("DC5", f"{counted(len(standing), 'control')} of the organisation: see 02_Control_matrix.", _of(standing))
    else:
        yield Sentence("DC5", "which controls are the organisation's own: none is recorded, those shown are illustrative")
    yield Sentence("DC6", "which controls are expected of those who use the service: see the proposals")
    vendors = [each for each in facts.scoped("vendor") if str(each.body["relationship"]).startswith("subservice")]
    for each in vendors:
        words = f"{each.body['title']} is a subservice organisation ({label(each.body['relationship'])}): {each.body['takes']}."
        yield Sentence("DC7", words, (each.entry,))
    if not vendors:
        yield Sentence("DC7", "which subservice organisations there are, or that there are none")
    yield from _criteria(facts)
    yield from _changes(facts)


def _services(system: DocumentVersion) -> Iterator[Sentence]:
    body, entry = system.body, (system.entry,)
    yield Sentence("DC1", f"{body['title']}: {body['purpose']}", entry)
    if body["autonomy"] == "unknown":
        yield Sentence("DC1", f"{system.id}: what its output may do by itself")
    else:
        yield Sentence("DC1", f"{system.id}: output {label(body['autonomy'])}.", entry)
    if body["commitments"] is None:
        yield Sentence("DC2", f"{system.id}: which commitments to customers touch it, as they were made")
    elif body["commitments"]:
        yield Sentence("DC2", f"{system.id}: {'; '.join(body['commitments'])}.", entry)
    else:
        yield Sentence("DC2", f"{system.id}: stated to have no commitment to customers that touches it.", entry)


def _components(system: DocumentVersion) -> Iterator[Sentence]:
    body = system.body
    for field, words in (
        ("engine", "is served by the engine {}"), ("hosts", "runs on the hosts {}"), ("gpu", "computes with {}"),
        ("location", "stands at {}"), ("network_segment", "is kept apart in the network segment {}"),
        ("log_store", "keeps its exchanges in {}"), ("input_classes", "may be given data of the classes {}"),
        ("output_destinations", "sends output to {}"), ("models", "serves the artifacts {}"),
        ("business_owner", "is answered for by {}"), ("technical_owner", "is run by {}"),
        ("model_approver", "has its models approved by {}"),
    ):  # fmt: skip
        value = body[field]
        if value in (None, "unknown"):
            yield Sentence("DC3", f"{system.id}: {label(field)}")
        else:
            said = ", ".join(map(str, value)) or "none, as stated" if isinstance(value, list) else str(value)
            yield Sentence("DC3", f"{system.id} {words.format(said)}.", (system.entry,))


def _procedures(facts: Facts) -> Iterator[Sentence]:
    """Policies in force and what indexes read: the other components of DC 3."""
    policies = [each for each in facts.scoped("policy") if each.body["status"] == "approved"]
    if policies:
        yield Sentence("DC3", f"Policies in force: {', '.join(str(each.body['title']) for each in policies)}.", _of(policies))
    else:
        yield Sentence("DC3", "which policies and procedures are in force; none is recorded as approved")
    for each in facts.scoped("index.manifest"):
        yield Sentence("DC3", f"The index {each.body['index']} is read by {', '.join(each.body['systems'])}.", (each.entry,))
    for each in facts.systems():
        if each.body["scope_decision"] == "outside":
            yield Sentence("DC3", f"{each.body['title']} lies outside the boundary.", (each.entry,))


def _incidents(facts: Facts) -> Iterator[Sentence]:
    met = [each for each in facts.in_period("incident.real") if each.body["commitment_impact"] == "yes"]
    for each in met:
        words = f"{each.body['title']} ({each.id}), detected {each.body['detected_at']}: {each.body['description']}"
        yield Sentence("DC4", words, (each.entry,))
    unclear = [each for each in facts.in_period("incident.real") if each.body["commitment_impact"] == "unknown"]
    for each in unclear:
        yield Sentence("DC4", f"whether {each.id} impaired a commitment")
    if not met and not unclear:
        yield Sentence("DC4", "whether an incident of the period impaired a commitment; no record says so")


def _criteria(facts: Facts) -> Iterator[Sentence]:
    for each in load_criteria().categories:
        if not each.always and each.id.value not in facts.scope.categories:
            source = () if facts.scope.source == "settings" else (facts.scope.source,)
            yield Sentence("DC8", f"{each.title} is not in scope.", source)


def _changes(facts: Facts) -> Iterator[Sentence]:
    models = [each for each in facts.in_period("change") if each.body["what"] in {"model", "adapter", "quantization"}]
    if models:
        yield Sentence("DC9", f"{counted(len(models), 'change')} of models in the period: see 01, changes.", _of(models))
    else:
        yield Sentence("DC9", "significant changes in the period; none of models is recorded")


def _hosting(facts: Facts) -> Iterator[tuple[Any, ...]]:
    parties = {each.kind: each for each in load_crosswalk().third_parties}
    for each in facts.systems():
        kind = _HOSTING.get(each.body["hosting"])
        if kind is not None:
            yield (each.id, label(each.body["hosting"]), parties[kind].usually, parties[kind].why, each.entry)


def _expected(vendor: DocumentVersion) -> Cell:
    return Cell(f"⟦which controls of {vendor.id} are relied on⟧", Standing.BLANK)


def _of(versions: Iterable[DocumentVersion]) -> tuple[str, ...]:
    return tuple(each.entry for each in versions)
