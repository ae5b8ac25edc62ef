"""An observed run: a population made while an auditor watches, step by step, with a transcript to compare with what is delivered.

Promises: every step is a value with the clock (UTC and the engagement's zone), shown as it happens; the last one carries the
transcript: host, account, program, definition with logic hash and parameters, counts, digests, size of the book and checkpoint,
and the observer's name as they gave it. The run is an entry with the transcript's digest. A run that nobody watches to its end
goes on and is recorded all the same. A failure is the last step, in words. Does not know who sits before the screen.
Hostile input: the observer's name is text; it is made visible in the transcript.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from proofbook import __version__
from proofbook.errors import IntegrityError, ProofbookError
from proofbook.export.engagement import Engagement, RunBy
from proofbook.fieldwork.acting import Act, check_said
from proofbook.fieldwork.exported import HEADER
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import Clock, format_instant, parse_instant
from proofbook.primitives.visible import visible
from proofbook.records.fieldwork import ObservedRun
from proofbook.tlog.note import parse_note

CHECKPOINT: Final = "checkpoint"
TRANSCRIPT: Final = "transcript.txt"
_PATIENCE: Final = 0.5
_NAME: Final = 200

Tell = Callable[[str, int, int], None]
"""what, done, of"""
MakePopulation = Callable[[Tell], Path]
"""Exports the population into a new folder and gives it; opens whatever it needs itself, in the thread it is called in."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """Something a watcher is shown. `kind`: began, working, made, recorded, failed. `utc` and `local` are the clock then."""

    kind: str
    words: str
    utc: str
    local: str
    done: int | None = None
    of: int | None = None
    transcript: Transcript | None = None
    error: ProofbookError | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was seen. `files` maps names to hex SHA-256; `text` is the transcript as it lies beside the population."""

    run: str
    engagement: str
    observer: str
    population: str
    title: str
    definition: str
    logic: str
    parameters: Mapping[str, str | list[str]]
    started: str
    ended: str
    zone: str
    host: str
    run_by: str
    auth: str
    program: str
    rows: Mapping[str, int]
    files: Mapping[str, str]
    completeness: str
    reasons: tuple[str, ...]
    origin: str
    checkpoint_size: int
    checkpoint_root: str
    checkpoint_signed: str
    checkpoint_sha256: str
    folder: Path
    text: bytes = b""

    @property
    def sha256(self) -> str:
        """Hex digest of the transcript."""
        return sha256(self.text).hexdigest()


@dataclass(frozen=True, slots=True)
class Watch:
    """What is to be watched: `make` exports, `record` is the door in."""

    run: str
    population: str
    observer: str
    engagement: Engagement
    by: RunBy
    make: MakePopulation
    recorder: Recorder
    clock: Clock


def observe(watch: Watch, act: Act) -> Iterator[RunStep]:
    """Runs it and gives its steps as they happen. Raises InputError at once when the observer has no name.

    A failure does not raise: it is the last step, with its error.
    """
    check_said(watch.observer, "observer", longest=_NAME)
    steps: queue.SimpleQueue[RunStep | None] = queue.SimpleQueue()
    worker = threading.Thread(target=_run, args=(watch, act, steps), name="observed-run", daemon=False)
    worker.start()
    return _steps(worker, steps)


def _steps(worker: threading.Thread, steps: queue.SimpleQueue[RunStep | None]) -> Iterator[RunStep]:
    while True:
        with suppress(queue.Empty):
            step = steps.get(timeout=_PATIENCE)
            if step is None:
                worker.join()
                return
            yield step


def _run(watch: Watch, act: Act, steps: queue.SimpleQueue[RunStep | None]) -> None:
    started = watch.clock.now()
    try:
        begun = f"{watch.population} for {watch.engagement.id}, watched by {visible(watch.observer.strip())}, on {watch.by.host}"
        steps.put(_step(watch, "began", begun))
        folder = watch.make(lambda what, done, of: steps.put(_step(watch, "working", what, done, of)))
        transcript = _transcribe(watch, folder, started, watch.clock.now())
        (folder / TRANSCRIPT).write_bytes(transcript.text)
        rows = ", ".join(f"{count} rows of {table}" for table, count in transcript.rows.items())
        steps.put(_step(watch, "made", f"{rows}; completeness {transcript.completeness.replace('_', ' ')}"))
        body = _entry(transcript)
        receipt = watch.recorder.record(act.draft("observed.run", watch.run, body))
        words = f"recorded as entry {receipt.index} of the book, {receipt.entry_id}"
        steps.put(_step(watch, "recorded", words, transcript=transcript))
    except ProofbookError as error:
        steps.put(_step(watch, "failed", error.message, error=error))
    except OSError as error:
        told = IntegrityError(f"{watch.population}: what was exported cannot be read: {error.strerror}")
        steps.put(_step(watch, "failed", told.message, error=told))
    except BaseException as error:
        steps.put(_step(watch, "failed", f"stopped by a fault of this program ({type(error).__name__}); nothing was recorded"))
        raise
    finally:
        steps.put(None)


def _step(watch: Watch, kind: str, words: str, done: int | None = None, of: int | None = None, **more: Any) -> RunStep:
    now = watch.clock.now()
    return RunStep(kind, words, format_instant(now), _local(now, watch.engagement.period.zone), done, of, **more)


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="seconds")


def _transcribe(watch: Watch, folder: Path, started: datetime, ended: datetime) -> Transcript:
    """What the exported folder says of itself, and what this program knows of the run."""
    data, note = (folder / HEADER).read_bytes(), (folder / CHECKPOINT).read_bytes()
    header = json.loads(data)
    engagement, report, as_of = watch.engagement, header["report"], header["as_of"]
    period = engagement.period
    text = parse_note(note).text
    files = {**header["files"], HEADER: sha256(data).hexdigest()}
    _check_files(folder, files)
    made = Transcript(
        run=watch.run,
        engagement=engagement.id,
        observer=watch.observer.strip(),
        population=watch.population,
        title=str(header["title"]),
        definition=f"{report['id']}/{report['version']}",
        logic=f"sha256:{report['logic_sha256']}",
        parameters={
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "zone": period.zone,
            "systems": list(engagement.systems) or "all: no filter",
            "entity": engagement.entity,
        },
        started=format_instant(started),
        ended=format_instant(ended),
        zone=period.zone,
        host=watch.by.host,
        run_by=watch.by.run_by,
        auth=watch.by.auth,
        program=f"proofbook {__version__}",
        rows={str(table): int(count) for table, count in header["row_counts"].items()},
        files={name: str(files[name]) for name in sorted(files)},
        completeness=str(header["completeness"]),
        reasons=tuple(str(each) for each in header["reasons"]),
        origin=text.decode().split("\n", 1)[0],
        checkpoint_size=int(as_of["size"]),
        checkpoint_root=str(as_of["root"]),
        checkpoint_signed=str(as_of["signed_at"]),
        checkpoint_sha256=sha256(text).hexdigest(),
        folder=folder,
    )
    return _with_text(made)


def _entry(transcript: Transcript) -> dict[str, Any]:
    names = (
        "run", "engagement", "observer", "population", "definition", "logic", "started", "ended", "zone", "host", "run_by",
        "auth", "program", "checkpoint_size", "checkpoint_sha256",
    )  # fmt: skip
    return ObservedRun(
        **{name: getattr(transcript, name) for name in names},
        parameters=dict(transcript.parameters),
        rows=dict(transcript.rows),
        files=dict(transcript.files),
        completeness=cast("Literal['demonstrated', 'not_demonstrated']", transcript.completeness),
        transcript_sha256=transcript.sha256,
    ).to_body()


def _with_text(made: Transcript) -> Transcript:
    """The transcript with its own text, one fact a line."""
    zone = made.zone
    facts = [
        ("population", f"{made.population} {made.title}"),
        ("engagement", made.engagement),
        ("watched by", visible(made.observer)),
        ("began", f"{made.started} ({_local(parse_instant(made.started), zone)} {zone})"),
        ("ended", f"{made.ended} ({_local(parse_instant(made.ended), zone)} {zone})"),
        ("clock", "this host's own"),
        ("host", visible(made.host)),
        ("run by", f"{visible(made.run_by)} ({visible(made.auth)})"),
        ("program", made.program),
        ("query", f"{made.definition}, logic {made.logic}"),
        *((f"  {name}", visible(_plain(value))) for name, value in made.parameters.items()),
        *((f"rows of {table}", str(count)) for table, count in made.rows.items()),
        ("completeness", made.completeness.replace("_", " ")),
        *(("  because", visible(each)) for each in made.reasons),
        ("book", visible(made.origin)),
        ("  as of", f"{made.checkpoint_size} entries, signed {made.checkpoint_signed}"),
        ("  root", made.checkpoint_root),
        ("  checkpoint", f"SHA-256 {made.checkpoint_sha256} of its signed text"),
        *((name, f"SHA-256 {digest}") for name, digest in made.files.items()),
        ("run", made.run),
    ]
    width = max(len(name) for name, _ in facts)
    lines = ["Transcript of an observed run", "", *(f"{name.ljust(width)}  {value}" for name, value in facts), ""]
    lines += ["Compare counts and digests with the files that are delivered. Nothing here says what follows from them."]
    return replace(made, text=("\n".join(lines) + "\n").encode())


def _plain(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    """The files lie there with the digests that are shown. Raises IntegrityError."""
    for name, digest in files.items():
        path = folder / name
        found = sha256()
        with path.open("rb") as file:
            while block := file.read(1024 * 1024):
                found.update(block)
        if found.hexdigest() != digest:
            raise IntegrityError(f"{name}: does not have the digest its evidence header names", place=name)
