"""What the gateway let pass although something was lacking. It says so of each exchange, so nothing in between stays unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from proofbook.assessment.finding import Consequence
from proofbook.assessment.selftests.grants import Standing, standing_by_subject
from proofbook.assessment.selftests.reading import key_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.traffic import Stretch
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, moment, short, write_new
from proofbook.readmodel.traffic import Flagged


def note_use_without_grant(tally: Tally) -> None:
    """One finding for each caller and system: nothing on record gave access, or something did but not then, or too late."""
    rows: defaultdict[tuple[str, str], list[Flagged]] = defaultdict(list)
    for each in tally.facts.flagged:
        if each.flag == "grant_missing" and each.system is not None:
            rows[each.principal, each.system].append(each)
    standings = standing_by_subject(tally.facts) if rows else {}
    for (principal, system), found in sorted(rows.items()):
        tally.examined += 1
        whole = _stretch(found)
        held = [
            each
            for each in standings.get(key_of(principal), ())
            if each.grant.body.get("role") == "use" and each.grant.body.get("system") in {None, system}
        ]
        entries = tuple(each.grant.entry for each in held[-1:])
        matter = Matter("access.use", principal, system, owner_of(tally.facts, system), entries)
        what = f"the gateway found no access on record for {_told(whole, system)}, and let it pass"
        if any(_gave(tally, each, whole) for each in held):
            tally.fault(matter, Consequence.LATE, f"{what}; the grant was recorded only afterwards", CANNOT_BE_UNDONE)
        elif held:
            names = ", ".join(short(each.grant.id) for each in held[:3])
            tally.deviates(matter, f"{what}; {names} did not hold then, or not for that model")
        else:
            tally.fault(matter, Consequence.NOT_SHOWN, what, write_new("access.grant", "the grant it rests on"))


def _gave(tally: Tally, held: Standing, whole: Stretch) -> bool:
    """Whether a grant, as it stands now, gave access all that time, and was only recorded later."""
    first = tally.facts.history(held.grant.kind, held.grant.id)[0]
    return first.recorded > whole.first >= held.began and (held.ended is None or held.ended > whole.last)


def note_unapproved_use(
    tally: Tally, matter_of: Callable[[str, str], Matter], is_approved: Callable[[str, str, Stretch], bool]
) -> None:
    """One part of the finding for each system and artifact whose exchanges the gateway flagged, however short they served."""
    for (system, artifact), whole in _unapproved(tally).items():
        what = f"the gateway found it not approved for {_told(whole, system)}, and let it pass"
        matter = matter_of(system, artifact)
        if is_approved(system, artifact, whole):
            tally.fault(matter, Consequence.LATE, f"{what}; the approval was recorded only afterwards", CANNOT_BE_UNDONE)
        else:
            tally.deviates(matter, what)


def _unapproved(tally: Tally) -> Mapping[tuple[str, str], Stretch]:
    rows: defaultdict[tuple[str, str], list[Flagged]] = defaultdict(list)
    for each in tally.facts.flagged:
        if each.flag == "model_unapproved" and each.system is not None and each.artifact is not None:
            rows[each.system, each.artifact].append(each)
    return {key: _stretch(found) for key, found in sorted(rows.items())}


def _stretch(rows: list[Flagged]) -> Stretch:
    return Stretch(sum(each.exchanges for each in rows), min(each.first for each in rows), max(each.last for each in rows))


def _told(whole: Stretch, system: str) -> str:
    number = counted(whole.exchanges, "exchange", "exchanges")
    return f"{number} of {short(system)} from {moment(whole.first)} to {moment(whole.last)}"
