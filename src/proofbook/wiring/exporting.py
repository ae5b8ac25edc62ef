"""Exporting for a home: an engagement's evidence room."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, UnavailableError
from proofbook.export.alone import export_population
from proofbook.export.custom import Custom, export_custom
from proofbook.export.engagement import Engagement, RunBy
from proofbook.export.room import ExportedPopulation, ExportedRoom, ExportFrom, export_room
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import Projection
from proofbook.wiring.access import operator
from proofbook.wiring.beside import ask_for_room
from proofbook.wiring.engagements import find_scope
from proofbook.wiring.gateway import record_settings
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.room_parts import parts_of, told_until
from proofbook.wiring.system import CLOCK, MONOTONIC, host_name

SOURCE: Final = "export:main"
_SIGNING_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.05
Progress = Callable[[str, int, int], None]


def export_engagement(
    home: Home,
    recorder: Recorder,
    engagement: str,
    out: Path,
    *,
    as_of_size: int | None = None,
    progress: Progress | None = None,
) -> ExportedRoom:
    """Write the evidence room of an engagement, recorded or configured.

    Raises:
        ConfigurationError: there is no such engagement. Whatever `export_room` raises.
    """
    with open_projection(home) as (book, projection):
        let_new_key_sign(home, recorder, book)
        await_checkpoint(book)
        origin = export_from(home, recorder, book, projection, engagement)
        described = describe(home, projection, engagement)
        if as_of_size is None and described.period.end > CLOCK.now():
            as_of_size = ask_for_room(home, recorder.record, book)
        if progress is None:
            return export_room(out, origin, described, as_of_size=as_of_size)
        return export_room(out, origin, described, as_of_size=as_of_size, progress=progress)


def export_one_population(
    home: Home,
    recorder: Recorder,
    population: str,
    engagement: str,
    out: Path,
    *,
    as_of_size: int | None = None,
    as_of: datetime | None = None,
    progress: Progress,
) -> ExportedPopulation:
    """Write one population of an engagement by itself; `as_of` chooses the newest checkpoint signed by then.

    Raises what `export_engagement` raises, and UnavailableError when nothing was signed by `as_of`.
    """
    with open_projection(home) as (book, projection):
        let_new_key_sign(home, recorder, book)
        await_checkpoint(book)
        as_of_size = as_of_size if as_of is None else signed_by(book, as_of)
        origin = export_from(home, recorder, book, projection, engagement)
        described = describe(home, projection, engagement)
        return export_population(out, origin, described, population, as_of_size=as_of_size, progress=progress)


def export_custom_population(
    home: Home,
    recorder: Recorder,
    custom: Custom,
    engagement: str,
    out: Path,
    *,
    as_of_size: int | None = None,
    as_of: datetime | None = None,
) -> ExportedPopulation:
    """Write a custom population. Raises what `export_one_population` raises, InputError or LimitExceeded for the question."""
    with open_projection(home) as (book, projection):
        let_new_key_sign(home, recorder, book)
        await_checkpoint(book)
        as_of_size = as_of_size if as_of is None else signed_by(book, as_of)
        origin = export_from(home, recorder, book, projection)
        described = describe(home, projection, engagement)
        return export_custom(out, origin, home.readmodel, described, custom, as_of_size=as_of_size)


def signed_by(book: BookReader, moment: datetime) -> int:
    """Size of the newest checkpoint signed at or before a moment. Raises UnavailableError when there is none."""
    instant = format_instant(moment)
    found = [each.size for each in book.checkpoints() if each.signed_at <= instant]
    if not found:
        raise UnavailableError(f"nothing was signed by {instant}", hint="name a later moment")
    return max(found)


def let_new_key_sign(home: Home, recorder: Recorder, book: BookReader) -> None:
    """Record the settings in force when the log key changed and nothing was recorded since.

    A key signs only sizes beyond the one at which it took over, and a room is signed with the key in force at its checkpoint.
    """
    if book.size() <= book.keys()[-1].from_size:
        record_settings(home, recorder, "proofbook export")


def await_checkpoint(book: BookReader) -> None:
    """Wait until what is recorded now is signed, so that an export of an open period does not stop a second short.

    The writer signs at least once a second; when it does not within some seconds the export goes on with what is signed, and
    says so by the size it is as of.
    """
    size, deadline = book.size(), MONOTONIC() + _SIGNING_SECONDS
    while MONOTONIC() < deadline:
        latest = book.latest_checkpoint()
        if latest is not None and latest.size >= size:
            return
        time.sleep(_LOOK_SECONDS)


def describe(home: Home, projection: Projection, engagement: str) -> Engagement:
    """An engagement as the exporter wants it: narrowed to its entity where the book has records of others.

    Raises:
        ConfigurationError: there is no such engagement, or it names no systems in a book that holds systems of several entities:
            their traffic would be mixed.
    """
    scope = find_scope(home, projection, engagement, CLOCK.now())
    records = Documents(projection.reader)
    entities = {each.body["entity"] or home.settings.entity for each in records.listed("ai_system")}
    if not scope.systems and not entities <= {scope.entity}:
        raise ConfigurationError(
            f"engagement {engagement}: names no systems, and this book has systems of {', '.join(sorted(entities))}",
            hint="name the engagement's systems, so that no other entity's traffic is in its populations",
        )
    stated = {str(each.body["entity"]) for each in records.listed() if each.body.get("entity") is not None}
    apart = not scope.is_of_book_entity or bool((stated | entities) - {scope.entity})
    return Engagement(
        scope.engagement, scope.entity, scope.period, scope.systems, scope.environment, apart, scope.is_of_book_entity
    )


def export_from(
    home: Home, recorder: Recorder, book: BookReader, projection: Projection, engagement: str | None = None
) -> ExportFrom:
    """What an export needs of a home; with an `engagement`, its scope too, so that duties and records are read.

    Raises ConfigurationError when there is no such engagement.
    """
    actor = operator()
    run = RunBy(
        run_by=actor.id,
        auth=actor.method,
        trigger="manual",
        host=host_name(),
        clock_source="operating system",
        config=home.config_digest,
    )
    if engagement is None:
        return ExportFrom(book, projection, home.signer(), recorder, CLOCK, actor, run, SOURCE)
    scope = find_scope(home, projection, engagement, CLOCK.now())
    projection.catch_up()
    told = told_until(projection.reader, engagement)
    return ExportFrom(book, projection, home.signer(), recorder, CLOCK, actor, run, SOURCE, scope, parts_of(home), told)
