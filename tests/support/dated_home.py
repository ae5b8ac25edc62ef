"""A home whose book was begun and written at stated moments, met through the command line. Sample data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from proofbook.demo.year.writing import SetTime, set_time, write_year
from proofbook.journal.receipt import Content, Submission
from proofbook.primitives.instants import parse_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.kept import KEPT
from proofbook.wiring.home import create_home
from proofbook.wiring.recording import start_book
from support.command_line import Done, Place
from support.facts_builder import PERSON, SOON, at, digest
from support.kept_bodies import least
from support.sample_entries import artifact_body, request_body, response_body

ENTITY = "Sample Organisation"
ENGAGEMENT = "sample-audit"


@dataclass(slots=True)
class DatedHome:
    """Collects records, then writes them in the order of their moments; `run` asks the program."""

    folder: Path
    began: str
    moments: list[tuple[datetime, Submission]]

    @property
    def place(self) -> Place:
        """Where commands run."""
        return Place(self.folder)

    def add(
        self,
        kind: str,
        id: str,  # noqa: A002 - what it is called
        happened: str | None = None,
        *,
        recorded: str | None = None,
        by: str = PERSON,
        **fields: Any,
    ) -> Self:
        """One version of one record; recorded an hour after it happened unless told otherwise."""
        model = KEPT[kind]
        if happened is not None and model.happened is not None:
            fields[model.happened] = at(happened)
        body = model(**least(kind, **({"title": f"Sample {id}"} | fields))).to_body()
        occurred = at(happened or recorded or self.began)
        moment = parse_instant(at(recorded)) if recorded else parse_instant(occurred) + SOON
        actor = Actor(by, ActorKind.PERSON, "local_account")
        draft = Draft(kind, id, occurred, actor, "desk:records", Assurance.MANUAL, body)
        self.moments.append((moment, Submission(draft)))
        return self

    def engagement(self, first: str = "2026-01-01", last: str = "2026-09-30", **fields: Any) -> Self:
        """An engagement of all categories."""
        given = {
            "categories": ["security", "processing_integrity"],
            "type": "type_2",
            "first": first,
            "last": last,
            "zone": "UTC",
        }
        return self.add("engagement", fields.pop("id", ENGAGEMENT), recorded=self.began, **(given | fields))

    def system(self, id: str, **fields: Any) -> Self:  # noqa: A002 - what it is called
        """An inventory page of a system that went live before the period."""
        given = {"purpose": "sample", "status": "production", "go_live": "2025-06-01", "business_owner": PERSON}
        return self.add("ai_system", id, recorded=self.began, **(given | fields))

    def recorder(self, started: str, *beats: str, gaps: tuple[tuple[str, str], ...] = ()) -> Self:
        """A gateway that started, was alive at some moments, and says what it missed."""
        self._observe(at(started), "source.started", "gateway:main", {
            "run": "r_1", "program": "proofbook gateway", "version": "0", "config": None, "previous_end": "none",
        })  # fmt: skip
        for since, until in gaps:
            body = {
                "from": at(since),
                "until": at(until),
                "reason": "store_unavailable",
                "detail": "sample",
                "served_late": 0,
                "served_unrecorded": 0,
            }
            self._observe(at(until), "source.gap", "gateway:main", body)
        for moment in beats:
            alive = {"run": "r_1", "open_exchanges": 0, "refused": 0, "exchanges": 0}
            self._observe(at(moment), "source.heartbeat", "gateway:main", alive)
        return self

    def served(self, system: str, letter: str, *days: str, said: tuple[bytes, bytes] = (b"sample", b"sample")) -> Self:
        """An exchange of a system with an artifact on each of some days. `said`: what was asked and answered."""
        for number, day in enumerate(days):
            exchange = f"x_{system}-{letter}-{number}"
            asked, answered = request_body(exchange), response_body(exchange, at(day))
            asked |= {"system": system, "model": asked["model"] | {"artifact": digest(letter)}}
            self._observe(at(day), "exchange.request", "gateway:main", asked, exchange, said[0])
            self._observe(at(day), "exchange.response", "gateway:main", answered, exchange, said[1])
        return self

    def counted(self, moment: str, prompts: int, answers: int) -> Self:
        """A look at the counters of the engine that serves: tokens since it started."""
        metrics = {"prompt_tokens_processed": prompts, "prompt_tokens_cached": 0, "completion_tokens": answers}
        counters = [{"measure": name, "metric": name, "model": None, "value": value} for name, value in metrics.items()]
        body = {
            "upstreams": ["local"], "address": "127.0.0.1:8080", "product": "llama.cpp", "build": "sample", "asked": at(moment),
            "answered": at(moment), "status": "read", "reason": None, "process_start": None, "process_start_from": "unknown",
            "counters": counters, "unchanged": 0,
        }  # fmt: skip
        self._observe(at(moment), "engine.counters", "collector:engine_counters", body)
        return self

    def artifact(self, letter: str, day: str) -> Self:
        """A provenance record."""
        body = artifact_body(digest(letter), at(day))
        self._observe(at(day), "model.artifact", "collector:model_store", body, digest(letter))
        return self

    def _observe(
        self, moment: str, kind: str, source: str, body: dict[str, Any], subject: str | None = None, said: bytes = b"sample"
    ) -> None:
        actor = Actor(source, ActorKind.SYSTEM, "process")
        slots = tuple(body.pop("content", ()))
        draft = Draft(kind, subject or source, moment, actor, source, Assurance.INLINE, body)
        contents = tuple(Content(slot, said, f"c_{subject}") for slot in slots)
        self.moments.append((parse_instant(moment), Submission(draft, contents)))

    def write(self) -> Self:
        """Everything into a new home, each entry at its moment."""
        self.moments.sort(key=lambda each: each[0])
        start = min(parse_instant(self.began), self.moments[0][0] if self.moments else parse_instant(self.began))
        time: SetTime = set_time(start, 7)
        config = f'entity = "{ENTITY}"\n\n[book]\nfence = "{self.folder / "fence"}"\n'
        begin = partial(start_book, clock=time.clock, ids=time.ids)
        home = create_home(self.folder / "home", config=config, origin="sample.example/dated", start_book=begin)
        write_year(home, self.moments, time)
        return self

    def run(self, *words: str) -> Done:
        """Run the program; it must succeed."""
        return self.place.run(*words)

    def due(self, *words: str, engagement: str = ENGAGEMENT) -> Any:
        """`due --json`."""
        return self.run("due", "--engagement", engagement, "--json", *words).json

    def grid(self, *words: str, engagement: str = ENGAGEMENT) -> Any:
        """`due --grid --json`."""
        return self.due("--grid", *words, engagement=engagement)


def dated_home(folder: Path, began: str = "2025-11-01") -> DatedHome:
    """A home whose book begins then; `write` makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    return DatedHome(folder, at(began), [])


def squares_of(grid: Any, control: str, scope: str = "", cadence: str | None = None) -> list[Any]:
    """The squares of one row of `due --grid --json`."""
    (row,) = [
        row for row in grid["rows"]
        if (row["control"], row["scope"]) == (control, scope) and cadence in {None, row["cadence"]}
    ]  # fmt: skip
    return list(row["squares"])


def occurrences_of(grid: Any, control: str, scope: str = "", cadence: str | None = None) -> dict[str, str]:
    """Interval -> state of one row."""
    squares = squares_of(grid, control, scope, cadence)
    return {each["interval"]: each["state"] for square in squares if square for each in square["occurrences"]}
