"""Checks of changes, models, indexes and upstreams against what served, what was loaded and what was recorded of files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proofbook.assessment.facts import happened_at
from proofbook.assessment.selftests.reading import text_of
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, happened_in, name
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.counting import Fingerprint, fingerprints
from proofbook.readmodel.documents import DocumentVersion

_DAY: Final = timedelta(days=1)
_HOURS: Final = range(7, 19)
_SATURDAY: Final = 5


def served_models_have_change(question: Question, words: Wording) -> Iterator[Check]:
    """Every digest that began to serve a system against changes."""
    yield words.of_outcome(question.assessed.outcome("served_model_has_change"))


def loaded_weights_have_change(question: Question, words: Wording) -> Iterator[Check]:
    """Every change of what engines had loaded against changes."""
    yield words.of_outcome(question.assessed.outcome("loaded_weights_have_change"))


def served_weights_known(question: Question, words: Wording) -> Iterator[Check]:
    """Exchanges whose weights are not known: what served them cannot be held against changes."""
    rows = [row for row in question.facts.served if not row.refused]
    total, unknown = sum(row.exchanges for row in rows), sum(row.exchanges for row in rows if row.artifact is None)
    if not total:
        yield words.nothing("no exchange in the period")
    elif unknown:
        yield words.unknown(f"which weights answered is unknown for {unknown} of {total} exchanges")
    else:
        yield words.agrees(f"{total} exchanges, the weights of each are known")


def gaps_of_recorders(question: Question, words: Wording) -> Iterator[Check]:
    """Stretches in which no recorder saw what served."""
    blinds = [each for each in question.assessed.grid.duties.blinds if each.start < question.basis.seen.end]
    inside = [f"{each.start} to {each.end}: {each.why}" for each in blinds if each.end > question.basis.seen.start]
    if inside:
        yield words.unknown(f"{len(inside)} stretches in which nothing could be seen", inside)
    else:
        yield words.agrees("a recorder was at work the whole time")


def fingerprints_have_change(question: Question, words: Wording) -> Iterator[Check]:
    """Fingerprints of system prompts and guardrails that began to serve a system against changes."""
    seen = fingerprints(question.basis.reader, question.basis.seen.end, question.basis.checkpoint.size)
    told = [each for each in seen if question.facts.covers(each.system)]
    if not told:
        yield words.nothing("no exchange by the end of the period")
        return
    changes = [each for each in question.facts.scoped("change") if each.body["what"] in {"prompt", "guardrail"}]
    first: dict[tuple[str | None, str], str] = {}
    for each in told:
        key = (each.system, each.what)
        first[key] = min(each.first, first.get(key, each.first))
    began = [each for each in told if question.in_period(each.first) and each.first > first[each.system, each.what]]
    loose = [_without(each) for each in began if each.value != "unknown" and not _fits(each, changes)]
    unknown = sum(each.exchanges for each in told if each.value == "unknown")
    if loose:
        yield words.differs(f"{len(loose)} fingerprints began to be used without a change released before", loose)
    elif unknown:
        yield words.unknown(f"{unknown} exchanges whose system prompt or guardrail is not known")
    else:
        yield words.agrees(f"{len(began)} fingerprints began to be used in the period, each after a change")


def _without(each: Fingerprint) -> str:
    return f"{each.system}: {each.what.replace('_', ' ')} {each.value} first used {each.first}"


def _fits(each: Fingerprint, changes: list[DocumentVersion]) -> bool:
    what = "prompt" if each.what == "system_prompt" else "guardrail"
    return any(
        change.body["what"] == what and change.body["system"] == each.system and str(change.body["released_at"]) <= each.first
        and each.first <= format_instant(parse_instant(str(change.body["released_at"])) + 30 * _DAY)
        for change in changes
    )  # fmt: skip


def settings_have_change(question: Question, words: Wording) -> Iterator[Check]:
    """Settings that programs loaded and that differ from those before, against changes of the same day."""
    released = {str(each.body["released_at"])[:10] for each in question.facts.scoped("change")}
    last: dict[str, object] = {}
    other = []
    for each in question.facts.configs:
        changed = each.program in last and last[each.program] != each.settings and question.in_period(each.recorded)
        if changed and each.recorded[:10] not in released:
            other.append(f"{each.program}: other settings from {each.recorded}")
        last[each.program] = each.settings
    yield words.told(
        other, "settings changed on days with a change, or not at all", "times settings changed on a day without a change"
    )


def build_numbers(question: Question, words: Wording) -> Iterator[Check]:
    """The pipeline's build counter, index by index."""
    builds: defaultdict[str, list[int]] = defaultdict(list)
    for each in question.facts.scoped("index.build"):
        if happened_at(each) < question.basis.seen.end:
            builds[str(each.body["index"])].append(int(each.body["number"]))
    wrong = []
    for index, numbers in sorted(builds.items()):
        known = sorted(numbers)
        missing = sorted(set(range(known[0], known[-1] + 1)) - set(known))
        twice = sorted({each for each in known if known.count(each) > 1})
        wrong += [f"{index}: build {each} is not on record" for each in missing[:50]]
        wrong += [f"{index}: build {each} is on record {known.count(each)} times" for each in twice]
    if not builds:
        yield words.nothing("no build on record")
    else:
        yield words.told(
            wrong, f"{sum(map(len, builds.values()))} builds of {len(builds)} indexes without a gap", "gaps or repeats"
        )


def builds_have_manifest(question: Question, words: Wording) -> Iterator[Check]:
    """Builds against manifests in force."""
    manifests = {str(each.body["index"]) for each in question.facts.scoped("index.manifest")}
    builds = happened_in(question, "index.build")
    loose = [f"{name(each)}: index {each.body['index']}" for each in builds if str(each.body["index"]) not in manifests]
    yield words.told(loose, f"{len(builds)} builds, each of an index with a manifest", "builds of indexes without a manifest")


def builds_within_manifest(question: Question, words: Wording) -> Iterator[Check]:
    """What is in builds against their manifests."""
    yield words.of_outcome(question.assessed.outcome("index_within_manifest"))


def builds_have_change(question: Question, words: Wording) -> Iterator[Check]:
    """Builds that engines state about themselves against changes of the engine."""
    facts = question.facts
    if not facts.sightings:
        yield words.unknown("no engine was looked at by a recorder")
        return
    changes = [str(each.body["released_at"]) for each in facts.scoped("change") if each.body["what"] in {"engine", "os_image"}]
    last: dict[str, str] = {}
    loose, unknown = [], 0
    for each in facts.sightings:
        build = f"{each.product} {each.build}"
        unknown += each.build == "unknown" and question.in_period(each.seen_at)
        if each.upstream in last and last[each.upstream] != build and question.in_period(each.seen_at):
            since = format_instant(parse_instant(each.seen_at) - 30 * _DAY)
            if not any(since <= released <= each.seen_at for released in changes):
                loose.append(f"{each.upstream}: from {last[each.upstream]} to {build}, seen {each.seen_at}")
        last[each.upstream] = build
    if loose:
        yield words.differs(
            f"{len(loose)} times an engine was another build and no change was released in the month before", loose
        )
    elif unknown:
        yield words.unknown(f"{unknown} sightings of engines that do not state their build")
    else:
        yield words.agrees(f"{len(last)} engines, builds as changes say")


def hosts_observed(question: Question, words: Wording) -> Iterator[Check]:  # noqa: ARG001 - one form for all
    """Drivers, operating systems and images of the hosts: nothing looks at them."""
    yield words.unknown("no recorder of this book observes drivers, operating systems or images of hosts")


def changes_out_of_hours(question: Question, words: Wording) -> Iterator[Check]:
    """Changes without the mark, released at night, on a weekend, or within a day after an incident was noticed."""
    zone = ZoneInfo(question.facts.scope.period.zone)
    incidents = [happened_at(each) for kind in ("incident.real", "incident.near_miss") for each in question.facts.scoped(kind)]
    odd = []
    for each in happened_in(question, "change"):
        released = str(each.body["released_at"])
        local = parse_instant(released).astimezone(zone)
        after = any(moment <= released <= format_instant(parse_instant(moment) + _DAY) for moment in incidents)
        if not each.body["emergency"] and (after or local.hour not in _HOURS or local.weekday() >= _SATURDAY):
            why = "within a day after an incident" if after else "out of hours"
            odd.append(f"{name(each)}: released {local.isoformat(timespec='minutes')}, {why}, not marked")
    yield words.told(odd, "no unmarked change was released out of hours or after an incident", "unmarked changes to look at")


def feeds_watched(question: Question, words: Wording) -> Iterator[Check]:
    """The watch over publishers' feeds: that it ran, and what publishers list."""
    feeds = sorted(each.id for each in question.facts.scoped("vendor") if text_of(each.body, "feed") is not None)
    told = f"vendors name a feed that somebody watches: {', '.join(feeds)}; " if feeds else ""
    yield words.unknown(f"{told}no recorder of this book polls a feed, and publishers' own lists are not read")


def decisions_have_event(question: Question, words: Wording) -> Iterator[Check]:
    """Decisions and changes that name an upstream event against events."""
    facts = question.facts
    events = {each.id for each in facts.of("upstream.event")}
    loose = [
        f"{name(each)}: event {each.body['event']}"
        for each in facts.scoped("upstream.decision")
        if each.body["event"] not in events
    ]
    named = [(each, text_of(each.body, "upstream_event")) for each in facts.scoped("change")]
    loose += [f"{name(each)}: event {event}" for each, event in named if event is not None and event not in events]
    yield words.told(
        loose, f"{len(events)} events; every decision and change that names one finds it", "events are named and not on record"
    )


def runs_on_what_served(question: Question, words: Wording) -> Iterator[Check]:
    """Artifacts of evaluation runs against artifacts that served."""
    yield words.of_outcome(question.assessed.outcome("evaluation_on_served_model"))


def publishers_in_register(question: Question, words: Wording) -> Iterator[Check]:
    """Publishers and converters of artifacts on record and in service against the register."""
    facts = question.facts
    outcome = question.assessed.outcome("vendor_registered")
    made = {str(each.body["artifact_digest"]) for each in facts.of("model.approval") if each.body.get("publisher")}
    unknown = [f"{each.name} ({each.artifact[:19]})" for each in facts.artifacts if each.artifact not in made]
    if unknown and not outcome.findings:
        yield words.unknown(f"{len(unknown)} artifacts on record name no publisher in an approval", unknown)
    else:
        yield words.of_outcome(outcome)
