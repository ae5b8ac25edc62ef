"""The part of step 10 that holds a population's evidence header against what was derived.

Only what can be derived is compared: row counts, the definition it names, the checkpoint, the hashes of the tables, and that each
second joined entry is named. What a header says in words about sources and limits stays the word of whoever wrote it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, List, Set, Tuple

from proofbook.verify.encoding import Damage, field, parse_document, show
from proofbook.verify.relations import Rolled
from proofbook.verify.report import Findings
from proofbook.verify.room import Population, Room


def check_header(
    room: Room,
    population: Population,
    definition: Dict[str, Any],
    logic: str,
    derived: Dict[str, int],
    twice: List[str],
    found: Findings,
) -> None:
    """Notes every field that differs. `logic` is the SHA-256 of the definition file, `twice` the ids of second joined entries."""
    path = population.header
    manifest = room.manifest
    if manifest is None or path not in manifest.files:
        found.problem(path, "is named as a header and is not a listed file of the room")
        return
    try:
        header = parse_document(room.read(path), path)
        counts, report = field(header, "row_counts", dict, path), field(header, "report", dict, path)
        as_of, files = field(header, "as_of", dict, path), field(header, "files", dict, path)
    except Damage as damage:
        found.problem(damage.place, damage.what)
        return
    wanted: List[Tuple[str, Any, Any]] = [
        ("population", header.get("population"), population.name),
        ("report.id", report.get("id"), definition["id"]),
        ("report.version", report.get("version"), definition["version"]),
        ("report.logic_sha256", _bare(report.get("logic_sha256")), logic),
        ("report.definition", report.get("definition"), population.definition),
        ("as_of.size", as_of.get("size"), manifest.size),
        ("as_of.root", as_of.get("root"), manifest.root),
    ]
    period = header.get("period")
    said_days = period if isinstance(period, dict) else {}
    wanted.extend((f"period.{name}", said_days[name], value) for name, value in manifest.days.items() if name in said_days)
    wanted.extend((f"row_counts.{name}", counts.get(name), count) for name, count in derived.items())
    wanted.extend((f"row_counts.{name}", count, None) for name, count in counts.items() if name not in derived)
    for name, said, derived_value in wanted:
        if type(said) is not type(derived_value) or said != derived_value:
            found.problem(f"{path}, field {name}", f"is {show(said)}, by the rest of the room it is {show(derived_value)}")
    _check_files(room, path, files, found)
    named = _all_texts(header) if twice else set()
    for entry in twice:
        if entry not in named:
            found.problem(path, f"does not name the entry {show(entry)}, a second one for a row that already has one")


def check_rolled(room: Room, population: Population, rolled: Dict[str, Rolled], found: Findings) -> None:
    """Of a roll-forward: the checkpoint it begins at and, for each table, the counts that lead from there to here."""
    path, manifest = population.header, room.manifest
    if manifest is None or path not in manifest.files:
        return  # check_header says so
    try:
        header = parse_document(room.read(path), path)
        since, said = field(header, "since", dict, path), field(header, "roll_forward", dict, path)
    except Damage as damage:
        found.problem(damage.place, damage.what)
        return
    wanted = {"since.size": (since.get("size"), manifest.since), "since.root": (since.get("root"), manifest.since_root)}
    wanted.update({f"roll_forward.{name}": (said.get(name), asdict(each)) for name, each in rolled.items()})
    wanted.update({f"roll_forward.{name}": (value, None) for name, value in said.items() if name not in rolled})
    for name, (here, derived) in wanted.items():
        if here != derived:
            found.problem(f"{path}, field {name}", f"is {show(here)}, by the rest of the room it is {show(derived)}")


def _bare(value: Any) -> Any:
    return value[len("sha256:") :] if isinstance(value, str) and value.startswith("sha256:") else value


def _check_files(room: Room, path: str, files: Dict[str, Any], found: Findings) -> None:
    folder = path.rpartition("/")[0] + "/"
    for name, digest in files.items():
        listed = room.manifest.files.get(folder + name) or room.manifest.files.get(name) if room.manifest else None
        if listed is None:
            found.problem(f"{path}, field files", f"names {show(name)}, which the manifest does not list")
        elif _bare(digest) != listed.sha256:
            found.problem(f"{path}, field files.{show(name)}", f"is {show(digest)}, the manifest says {listed.sha256}")


def _all_texts(value: Any) -> Set[str]:
    texts: Set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            texts.add(item)
        elif isinstance(item, (dict, list)):
            waiting.extend(item.values() if isinstance(item, dict) else item)
    return texts
