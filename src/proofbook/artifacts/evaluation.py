"""ART-05: a page for each system: the lines that were set, the runs held against them, and how they moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Drawing, Gallery, Page, Standing, Table
from proofbook.artifacts.speaking import cell, counted, happened, label, local, plain, short
from proofbook.assessment.facts import Facts, happened_at
from proofbook.charts.series import Point, Series, draw_series
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-05"
_RUNS: Final = ("Ended", "Run", "Why", "Model", "Standard held", "Measured against its lines", "Failed cases", "Signed off by")


def derive_evaluation(facts: Facts) -> Iterator[Page]:
    """A page for each system in scope."""
    for system in facts.systems():
        yield _page(facts, system)


def _page(facts: Facts, system: DocumentVersion) -> Page:
    runs = sorted((each for each in facts.in_period("evaluation.run") if each.body["system"] == system.id), key=happened_at)
    standards = [each for each in facts.of("evaluation.standard") if each.body["system"] == system.id]
    lines = [version for each in standards for version in facts.history(each.kind, each.id)]
    served = {each.artifact for each in facts.served if each.system == system.id and each.artifact}
    blocks: list[Block] = [
        *_drawings(facts, runs),
        _runs(facts, runs, served),
        _results(runs),
        _lines(facts, lines),
        _failures(runs),
        _suites(facts, system.id),
    ]
    query = (
        f"evaluation.run of {system.id} that ended in the period, every run; every version of its evaluation.standard; its suites"
    )
    limits = (
        "A run speaks of the configuration it names. Questions and answers are not shown; the run's raw hash ties them to it.",
    )
    return Page(
        name=system.id,
        title=f"Evaluation of {system.body['title']}",
        lead=f"{counted(len(runs), 'run')} in the period.",
        marks=() if runs else (Cell("no run in the period", Standing.NOT_STATED),),
        head=head(facts, ARTIFACT, [*runs, *lines], query, limits),
        blocks=tuple(blocks),
        plain={"runs": [plain(each) for each in runs], "standards": [plain(each) for each in lines]},
    )


def _runs(facts: Facts, runs: list[DocumentVersion], served: set[str]) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in runs:
        body = each.body
        model = cell(body["model"])
        if body["model"] is not None:
            model = Cell(short(body["model"]), Standing.STATED if body["model"] in served else Standing.DIFFERS, mono=True)
        missed = [result["metric"] for result in body["results"] if result["outcome"] == "not_met"]
        against = Cell(f"not met: {', '.join(missed)}", Standing.DIFFERS) if missed else Cell("every line met or none set")
        signed = (
            Cell(body["signed_off_by"], Standing.DIFFERS)
            if body["signed_off_by"] == body["operator"]
            else cell(body["signed_off_by"])
        )
        rows.append(
            (
                happened(each, zone),
                Cell(f"{body['title']} ({each.id})"),
                cell(label(body["trigger"])),
                model,
                _held(facts, each),
                against,
                cell(body["failures_total"]),
                signed,
            )
        )
    note = "Marked: a model that no recorded exchange of the period names, a line not met, a run signed off by its operator."
    return Table(
        "Runs", _RUNS, tuple(rows), "No evaluation run of this system is recorded in the period.", note, (4, 4, 2, 3, 3, 4, 2, 3)
    )


def _held(facts: Facts, run: DocumentVersion) -> Cell:
    """The version of the standard that was in the book when the run began."""
    standard = facts.at("evaluation.standard", run.body["standard"], run.body["started_at"])
    if standard is None:
        return Cell("none was recorded before the run", Standing.DIFFERS)
    named = run.body["standard_entry"]
    if named is not None and named != standard.entry:
        return Cell(f"version {standard.version} held; the run names another", Standing.DIFFERS)
    return Cell(f"version {standard.version}")


def _results(runs: list[DocumentVersion]) -> Table:
    rows = []
    for each in runs:
        for result in each.body["results"]:
            interval = (
                Cell("not stated", Standing.NOT_STATED) if result["low"] is None else Cell(f"{result['low']} to {result['high']}")
            )
            standing = Standing.DIFFERS if result["outcome"] == "not_met" else Standing.STATED
            rows.append(
                (
                    Cell(each.id),
                    Cell(result["metric"]),
                    Cell(label(result["family"])),
                    Cell(result["value"]),
                    interval,
                    cell(result["n"]),
                    cell(result["threshold"]),
                    Cell(label(result["outcome"]), standing),
                )
            )
    columns = ("Run", "Metric", "Speaks of", "Value", "Interval", "Cases", "Line when it ran", "Against it")
    return Table("Results", columns, tuple(rows), "No result is recorded.")


def _failures(runs: list[DocumentVersion]) -> Table:
    rows = tuple(
        (
            Cell(each.id),
            Cell(failed["case"]),
            cell(failed["metric"]),
            cell(failed["reason"]),
            Cell(label(failed["disposition"]), Standing.DIFFERS if failed["disposition"] == "open" else Standing.STATED),
        )
        for each in runs
        for failed in each.body["failures"]
    )
    note = "Marked: a case about which nobody has decided."
    return Table("Failed cases", ("Run", "Case", "Metric", "Why", "What was decided"), rows, "No failed case is recorded.", note)


def _lines(facts: Facts, lines: list[DocumentVersion]) -> Table:
    rows = tuple(_line_row(each, line, facts.scope.period.zone) for each in lines for line in each.body["thresholds"])
    columns = ("Standard", "Holds from", "Recorded", "Metric", "Line", "Set by", "Approved by")
    note = "Every version: a line that was moved after a run shows here, and the run keeps the line it ran under."
    return Table("Lines that were set", columns, rows, "No threshold is recorded for this system.", note)


def _line_row(standard: DocumentVersion, line: Mapping[str, Any], zone: str) -> tuple[Cell, ...]:
    return (
        Cell(f"{standard.id}, version {standard.version}"),
        happened(standard, zone),
        Cell(local(standard.recorded, zone)),
        Cell(line["metric"]),
        Cell(_line(line)),
        Cell(standard.body["set_by"]),
        cell(standard.body["approved_by"]),
    )


def _line(line: Mapping[str, Any]) -> str:
    parts_of = [f"at least {line['at_least']}"] if line["at_least"] is not None else []
    parts_of += [f"at most {line['at_most']}"] if line["at_most"] is not None else []
    return " and ".join(parts_of) or "no line"


def _suites(facts: Facts, system: str) -> Table:
    suites = [each for each in facts.of("evaluation.suite") if system in each.body["systems"]]
    rows = tuple(
        (
            Cell(each.body["title"]),
            Cell(each.body["version"]),
            cell(each.body["cases"]),
            Cell(short(each.body["dataset_sha256"]), mono=True),
            Cell(", ".join(map(label, each.body["families"])) or "not stated"),
            cell(each.body["owner"]),
        )
        for each in suites
    )
    return Table(
        "Suites", ("Suite", "Version", "Cases", "Dataset", "Speaks of", "Kept by"), rows, "No suite is recorded for this system."
    )


def _drawings(facts: Facts, runs: list[DocumentVersion]) -> list[Gallery]:
    period = facts.scope.period
    points: defaultdict[str, list[Point]] = defaultdict(list)
    lines: dict[str, int | None] = {}
    for each in runs:
        moment = parse_instant(happened_at(each))
        place = (moment - period.start) / (period.end - period.start)
        for result in each.body["results"]:
            value = _thousandths(result["value"])
            words = (
                f"{each.id}, {moment:%Y-%m-%d}: {result['metric']} {result['value']}, n {result['n']}, {label(result['outcome'])}"
            )
            met = {"met": True, "not_met": False}.get(result["outcome"])
            points[result["metric"]].append(Point(place, value, words, met))
            lines[result["metric"]] = _bound(facts, each, result["metric"])
    found = []
    for metric, measured in sorted(points.items()):
        series = Series(metric, tuple(measured), lines[metric])
        alt = f"{metric}: " + "; ".join(each.words for each in measured)
        first, last = period.first.isoformat(), period.last.isoformat()
        found.append(Drawing(metric, draw_series(series, first, last, "screen"), draw_series(series, first, last, "paper"), alt))
    note = "A disc meets its line, a ring does not, a dot had none; the line is that of the newest run. Nothing is smoothed."
    return [Gallery("Trend of each metric", tuple(found), note)] if found else []


def _bound(facts: Facts, run: DocumentVersion, metric: str) -> int | None:
    standard = facts.at("evaluation.standard", run.body["standard"], run.body["started_at"])
    for line in () if standard is None else standard.body["thresholds"]:
        if line["metric"] == metric:
            text = line["at_least"] or line["at_most"]
            return None if text is None else _thousandths(text)
    return None


def _thousandths(text: str) -> int:
    return int(Decimal(text) * 1000)
