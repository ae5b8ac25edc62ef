"""ART-03: where data goes, drawn from the flow records, and what is deliberately in and out of each index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.artifacts.counted_classes import examined_table, sensitive_table
from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Drawing, Page, Standing, Table, Words
from proofbook.artifacts.speaking import blanks, cell, counted, group, happened, history, label, parts, plain, signatures
from proofbook.assessment.facts import Facts, happened_at, systems_of
from proofbook.diagrams.drawing import draw
from proofbook.diagrams.layout import lay_out
from proofbook.diagrams.model import Boundary, Diagram, Flow, Node
from proofbook.errors import InputError, UnavailableError
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-03"
_SORTS: Final = {"E": "entity", "P": "process", "D": "store"}
_FLOW_COLUMNS: Final = (
    "Flow",
    "From",
    "To",
    "Data",
    "Class",
    "Personal data",
    "Protocol",
    "Encryption",
    "Authentication",
    "Crosses",
    "Logged in",
    "Kept",
)
_FLOW_FIELDS: Final = (
    "data",
    "classification",
    "personal_data",
    "protocol",
    "encryption",
    "authentication",
    "crosses",
    "logged_in",
    "retention",
)
_INDEX_FIELDS: Final = (
    "index",
    "systems",
    "effective_at",
    "requested_by",
    "approved_by",
    "approved_at",
    "classification_ceiling",
    "permission_filter",
    "embedding_model",
    "refresh",
)


def derive_flows(facts: Facts) -> Iterator[Page]:
    """A page for each data-flow record in scope, and one for each index manifest."""
    for version in facts.scoped("data_flow"):
        yield _page(facts, version)
    for version in facts.scoped("index.manifest"):
        yield _index(facts, version)


def diagram_of(version: DocumentVersion) -> Diagram:
    """The diagram a data-flow record describes."""
    body = version.body
    return Diagram(
        title=body["title"],
        nodes=tuple(_node(each) for each in body["elements"]),
        boundaries=tuple(Boundary(each["id"], each["label"], each["inside"]) for each in body["boundaries"]),
        flows=tuple(
            Flow(
                each["id"],
                each["source"],
                each["target"],
                each["data"],
                each["classification"],
                bool(each["crosses"]),
                each["excluded_by"],
            )
            for each in body["flows"]
        ),
    )


def _node(each: Mapping[str, Any]) -> Node:
    note = each["classification"] if each["third_party"] is None else f"run by {each['third_party']}"
    return Node(each["id"], _SORTS[each["id"][0]], each["label"], note, each["boundary"])  # type: ignore[arg-type]  # one of three words


def _page(facts: Facts, version: DocumentVersion) -> Page:
    zone, body = facts.scope.period.zone, version.body
    shut = sum(each["excluded_by"] is not None for each in body["flows"])
    crossing = sum(bool(each["crosses"]) for each in body["flows"])
    alt = (
        f"Data flows of {body['system']}: {counted(len(body['elements']), 'element')} in "
        f"{counted(len(body['boundaries']), 'trust boundary', 'trust boundaries')}, "
        f"{counted(len(body['flows']), 'flow')}, {crossing} of them across a boundary, {shut} deliberately shut. "
        "The table lists every flow."
    )
    about = group(
        version,
        "About",
        ("system", "level", "as_of", "author", "approver", "approved_at", "next_review", "origin", "differences_found"),
        zone,
    )
    blocks: tuple[Block, ...] = (
        _drawing(version, alt),
        _flow_table(version),
        sensitive_table(facts, body["system"]),
        examined_table(facts, body["system"]),
        parts("Elements", body["elements"], zone),
        parts("Trust boundaries", body["boundaries"], zone),
        about,
    )
    marks = [Cell(label(body["origin"]), Standing.UNKNOWN if body["origin"] == "unknown" else Standing.STATED)]
    if blanks(version):
        marks.append(Cell(counted(len(blanks(version)), "blank open", "blanks open"), Standing.BLANK))
    if body["approver"] is None:
        marks.append(Cell("not approved", Standing.NOT_STATED))
    query = f"data_flow {version.id}, newest version"
    limits = (
        "A diagram says what is meant to flow; boundary tests and denied-egress records show what could.",
        "Sensitive data is counted by rules in what a recorder saw; names, addresses and prose are not looked for.",
    )
    return Page(
        name=version.id,
        title=body["title"],
        lead=f"{body['level']} of {body['system']}, as of {body['as_of']}.",
        marks=tuple(marks),
        head=head(facts, ARTIFACT, (version,), query, limits),
        blocks=blocks,
        plain={"data_flow": plain(version)},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )


def _drawing(version: DocumentVersion, alt: str) -> Drawing | Words:
    """The picture; in words why there is none: rows that name what is not there, or no engine to lay them out."""
    diagram = diagram_of(version)
    try:
        layout = lay_out(diagram)
    except InputError as error:
        return Words("Diagram", (f"It cannot be drawn: {error.message}. The tables show it as recorded.",), Standing.DIFFERS)
    except UnavailableError as error:
        return Words("Diagram", (f"Not drawn here: {error.message}. The table lists every flow.",), Standing.NOT_STATED)
    return Drawing("Diagram", draw(diagram, layout, theme="page"), draw(diagram, layout, theme="print"), alt, tall=True)


def _flow_table(version: DocumentVersion) -> Table:
    names = {each["id"]: each["label"] for each in version.body["elements"]}
    rows = []
    for each in version.body["flows"]:
        ends = (Cell(names.get(each["source"], each["source"])), Cell(names.get(each["target"], each["target"])))
        first = Cell(each["id"]) if each["excluded_by"] is None else Cell(f"{each['id']} shut by {each['excluded_by']}")
        bare = each["crosses"] and each["encryption"] in ("none", "unknown") and each["excluded_by"] is None
        cells = [cell(each[name] or None) if name == "crosses" else cell(each[name]) for name in _FLOW_FIELDS]
        cells[6] = Cell("no boundary") if not each["crosses"] else cells[6]
        cells[4] = Cell(label(each["encryption"]), Standing.DIFFERS if bare else Standing.STATED)
        rows.append((first, *ends, *cells))
    note = "Marked: a flow across a boundary whose protection in transit is none or unknown."
    return Table("Flows", _FLOW_COLUMNS, tuple(rows), "No flow is recorded.", note)


def _index(facts: Facts, version: DocumentVersion) -> Page:
    zone, body = facts.scope.period.zone, version.body
    builds = sorted((each for each in facts.in_period("index.build") if each.body["index"] == body["index"]), key=happened_at)
    rows = []
    for each in builds:
        outside, found = each.body["outside_manifest"], each.body["canaries_found"]
        rows.append(
            (
                Cell(f"{each.body['number']:,}"),
                happened(each, zone),
                Cell(f"{sum(one['documents'] for one in each.body['sources']):,}"),
                _bad(outside),
                cell(each.body["denied_by_rule"]),
                _bad(found),
            )
        )
    columns = ("Build", "Built", "Documents", "Outside the manifest", "Kept out by rule", "Canaries found")
    table = Table(
        "Builds in the period",
        columns,
        tuple(rows),
        "No build of this index is recorded in the period.",
        "Not stated: not compared.",
    )
    about = group(version, "About", _INDEX_FIELDS, zone)
    included = parts("Deliberately in", body["included"], zone, "No source is named.")
    excluded = parts("Deliberately out", body["excluded"], zone, "No source is named as excluded.")
    query = f"index.manifest {version.id}, newest version; index.build records of {body['index']} in the period"
    return Page(
        name=f"index-{version.id}",
        title=body["title"],
        lead=f"Index {body['index']}, read by {', '.join(systems_of(version)) or 'no system that is named'}.",
        marks=(Cell(counted(len(builds), "build in the period", "builds in the period")),),
        head=head(facts, ARTIFACT, (version, *builds), query),
        blocks=(about, included, excluded, table),
        plain={"manifest": plain(version), "builds": [plain(each) for each in builds]},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )


def _bad(number: int | None) -> Cell:
    return cell(number) if not number else Cell(f"{number:,}", Standing.DIFFERS)
