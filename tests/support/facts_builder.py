"""Builds small `Facts` in memory: kept records, traffic, keys, artifacts, discoveries, recorders and their gaps. Sample data only.

Records are validated by their published models, so that a test cannot rest on a body that no file could hold. Moments may be
written short: `2026-03-28`, `2026-03-28 09:00` or a whole instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from proofbook.assessment.facts import Facts
from proofbook.assessment.scope import Scope
from proofbook.primitives.instants import format_instant, parse_instant, parse_period
from proofbook.readmodel.artifacts import ArtifactVersion
from proofbook.readmodel.classes import Coverage, Found
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.keys import AccessKey
from proofbook.readmodel.sightings import EngineSighting
from proofbook.readmodel.sources import Gap, Run, Source
from proofbook.readmodel.traffic import Caller, Denied, Discovery, Flagged, Loaded, Served
from proofbook.reconciliation.choosing import choose
from proofbook.reconciliation.comparing import Comparison, compare
from proofbook.reconciliation.facts import Scrape, Series
from proofbook.reconciliation.facts import Served as Scraped
from proofbook.reconciliation.published import COMPARED, Measure
from proofbook.records.kept import KEPT

ENTITY = "Sample Organisation"
RECORDER = "gateway:main"
PERSON = "sample-person-1"
SOON = timedelta(hours=1)


def at(moment: str) -> str:
    """`2026-03-28` (noon), `2026-03-28 09:00` or an instant -> fixed-width UTC instant."""
    if moment.endswith("Z"):
        return format_instant(parse_instant(moment))
    day, _, time = moment.replace("T", " ").partition(" ")
    return format_instant(datetime.fromisoformat(f"{day} {time or '12:00'}").replace(tzinfo=UTC))


def digest(letter: str) -> str:
    """An artifact digest made of one hex letter."""
    return "sha256:" + letter * 64


class FactsBuilder:
    """Collects facts; `build` gives the value. The recorder ran from the book's first day without a gap unless told otherwise."""

    def __init__(
        self,
        first: str = "2026-01-01",
        last: str = "2026-12-31",
        *,
        zone: str = "UTC",
        systems: tuple[str, ...] = (),
        categories: tuple[str, ...] = ("security", "availability", "confidentiality", "processing_integrity", "privacy"),
        began: str = "2025-12-01",
        entity: str = ENTITY,
    ) -> None:
        self._scope = Scope("sample-audit", entity, categories, "type_2", parse_period(first, last, zone), systems)
        self._began = at(began)
        self._versions: list[DocumentVersion] = []
        self._served: list[Served] = []
        self._sensitive: list[Found] = []
        self._examined: list[Coverage] = []
        self._callers: list[Caller] = []
        self._keys: list[AccessKey] = []
        self._artifacts: list[ArtifactVersion] = []
        self._discoveries: list[Discovery] = []
        self._sources: dict[str, Source] = {}
        self._runs: list[Run] = []
        self._gaps: list[Gap] = []
        self._reconciled: list[Comparison] = []
        self._sightings: list[EngineSighting] = []
        self._flagged: list[Flagged] = []
        self._denied: list[Denied] = []
        self._configs: list[Loaded] = []
        self._entries = 0

    def next_entry(self) -> str:
        """Id of the entry that is added next."""
        return f"e_{self._entries:026d}"

    def _entry(self) -> tuple[int, str]:
        self._entries += 1
        return self._entries - 1, f"e_{self._entries - 1:026d}"

    def add(
        self,
        kind: str,
        id: str,  # noqa: A002 - what it is called
        /,
        *,
        happened: str | None = None,
        recorded: str | None = None,
        actor: str = PERSON,
        **fields: Any,
    ) -> Self:
        """One version of one record. `happened` fills the field its kind names; `recorded` is an hour later unless given."""
        model = KEPT[kind]
        if happened is not None and model.happened is not None:
            fields.setdefault(model.happened, at(happened))
        body = model(**{"title": f"Sample {id}", **fields}).to_body()
        said = body.get(model.happened) if model.happened else None
        occurred = said if isinstance(said, str) else at(happened or recorded or self._began)
        before = [each for each in self._versions if (each.kind, each.id) == (kind, id)]
        index, entry = self._entry()
        known = at(recorded) if recorded else format_instant(parse_instant(occurred) + SOON)
        self._versions.append(
            DocumentVersion(
                index, entry, kind, id, len(before) + 1, occurred, known, actor, "person", "local_account",
                "desk:records", "manual", before[-1].entry if before else None, body,
            )
        )  # fmt: skip
        return self

    def system(self, id: str, **fields: Any) -> Self:  # noqa: A002 - what it is called
        """An inventory page of a system in production since before the period, registered in time."""
        given = {"purpose": "sample", "status": "production", "go_live": "2025-06-01", "business_owner": PERSON}
        return self.add("ai_system", id, recorded=fields.pop("recorded", self._began), **(given | fields))

    def served(
        self, system: str | None, artifact: str | None, first: str, last: str, n: int = 1, *, binding: str | None = "configured",
        state: str = "complete",
    ) -> Self:  # fmt: skip
        """Exchanges of a system with an artifact."""
        self._served.append(Served(system, artifact, binding, state, n, at(first), at(last)))
        return self

    def found(self, system: str, kind: str, side: str, exchanges: int, spans: int) -> Self:
        """Exchanges in which a class of sensitive data was found."""
        self._sensitive.append(Found(system, kind, side, exchanges, spans))
        return self

    def examined(self, system: str, exchanges: int, *, request: str = "examined", response: str = "examined") -> Self:
        """Exchanges by what was examined of them, looked at for cards and addresses."""
        rules = None if request == "unclassified" else digest("d")
        self._examined.append(
            Coverage(system, rules, ("payment_card", "email") if rules else (), request, response, exchanges, 1)
        )
        return self

    def caller(
        self, principal: str, system: str | None, first: str, last: str, n: int = 1, *, kind: str = "person",
        method: str = "api_key", key: str | None = "k_1",
    ) -> Self:  # fmt: skip
        """Exchanges of a principal with a system."""
        self._callers.append(Caller(system, principal, kind, method, key, n, at(first), at(last)))
        return self

    def flagged(
        self, flag: str, principal: str, system: str, first: str, last: str, n: int = 1, *, artifact: str | None = None,
        key: str | None = "k_1",
    ) -> Self:  # fmt: skip
        """Exchanges that passed although something was lacking."""
        self._flagged.append(Flagged(system, flag, principal, "person", key, artifact, n, at(first), at(last)))
        return self

    def denied(self, reason: str, principal: str, system: str | None, first: str, last: str, n: int = 1) -> Self:
        """Attempts that a rule turned away."""
        self._denied.append(Denied(system, principal, "person", reason, n, at(first), at(last)))
        return self

    def config(self, recorded: str, *policies: str, program: str = "proofbook gateway") -> Self:
        """Settings that a program loaded, with these lines about admission."""
        index, entry = self._entry()
        self._configs.append(Loaded(index, entry, at(recorded), program, {"gateway.admission": list(policies)}))
        return self

    def key(
        self, key: str, principal: str, system: str, issued: str, *, revoked: str | None = None, kind: str = "person",
        expires: str | None = None, issued_by: str = PERSON,
    ) -> Self:  # fmt: skip
        """A key that was issued, and revoked when a moment is given."""
        index, _ = self._entry()
        gone = None if revoked is None else self._entry()[0]
        self._keys.append(
            AccessKey(
                key, principal, kind, system, "6" * 64, None if expires is None else at(expires), "sample", index, at(issued),
                issued_by, gone, None if revoked is None else at(revoked), None if revoked is None else "sample",
            )
        )  # fmt: skip
        return self

    def artifact(self, artifact: str, recorded: str, **fields: Any) -> Self:
        """A provenance record; fields are those of `ArtifactVersion`."""
        index, entry = self._entry()
        given: dict[str, Any] = {
            "index": index, "entry": entry, "subject": f"m_{index}", "artifact": artifact, "recorded": at(recorded),
            "name": "sample-model", "store": "folder", "location": "/models/sample.gguf", "host": "sample-host", "format": "gguf",
            "bytes_total": 1, "files_total": 1, "license_declared": "apache-2.0", "architecture": "llama", "parameters": "unknown",
            "quantization": "unknown", "verification": "internal_hash_only", "rung": "1_internal_hash", "signature": "none",
            "code_executing": "no", "findings": 0, "unknowns": 0, "observed_at": at(recorded),
        }  # fmt: skip
        self._artifacts.append(ArtifactVersion(**(given | fields)))
        return self

    def discovery(self, started: str, *, engines: int = 0, differences: int = 0, body: dict[str, Any] | None = None) -> Self:
        """A look at the machine."""
        index, entry = self._entry()
        moment = at(started)
        self._discoveries.append(Discovery(index, entry, moment, "sample-host", moment, moment, engines, differences, body or {}))
        return self

    def run(
        self, started: str, stopped: str | None = None, *, source: str = RECORDER, last_sign: str | None = None,
        previous_end: str = "none",
    ) -> Self:  # fmt: skip
        """A run of a recorder. `last_sign`: when the source was last heard of; default: its stop, else the end of time."""
        index, _ = self._entry()
        reason = None if stopped is None else "sample stop"
        self._runs.append(
            Run(
                index, source, f"r_{index}", "proofbook gateway", "0.1.0", None, at(started), previous_end,
                None if stopped is None else index, None if stopped is None else at(stopped), reason,
            )
        )  # fmt: skip
        last = at(last_sign) if last_sign else at(stopped) if stopped else "9000-01-01T00:00:00.000000Z"
        before = self._sources.get(source)
        first = at(started) if before is None else before.first_recorded
        self._sources[source] = Source(source, "inline", 2, 2, index, first, last, last)
        return self

    def gap(
        self, since: str, until: str, *, source: str = RECORDER, reason: str = "unclean_stop", detail: str = "sample"
    ) -> Self:
        """A stretch in which a recorder says it did not record."""
        index, _ = self._entry()
        self._gaps.append(Gap(index, source, at(since), at(until), reason, detail))
        return self

    def counters(self, *days: tuple[str, int, int | None], upstream: str = "sample-engine") -> Self:
        """An engine's counters: the moment of each look, requests on record since the look before, requests the engine counted.

        The first look's numbers count nothing; None for the engine: this look could not read its counters.
        """
        looks: list[Scrape] = []
        served: list[Scraped] = []
        total = 0
        for number, (moment, recorded, counted) in enumerate(days):
            index, entry = self._entry()
            begun = parse_instant(at(moment))
            total += 0 if counted is None or not number else counted
            values: dict[Series, int] | None = None if counted is None else {(Measure.REQUESTS, None): total}
            reason = "the engine did not answer" if counted is None else None
            instants = at(moment), format_instant(begun + timedelta(seconds=1))
            looks.append(Scrape(index, entry, "127.0.0.1:8000", (upstream,), "vllm", *instants, None, values, reason))
            one = Scraped(format_instant(begun - SOON), format_instant(begun - SOON / 2), ((1, 1),) * len(COMPARED))
            served += [one] * (recorded if number else 0)
        self._reconciled.append(compare(choose(looks, "day", self._scope.period.zone), served))
        return self

    def sighting(self, moment: str, loaded: Mapping[str | None, str | None], *, upstream: str = "sample-engine") -> Self:
        """What an engine was seen to have loaded: name (None: any) to digest (None: unknown)."""
        index, entry = self._entry()
        self._sightings.append(
            EngineSighting(index, entry, RECORDER, upstream, at(moment), "changed", "llama.cpp", "b1-sample", dict(loaded))
        )
        return self

    def build(self, as_of: str = "2027-02-01") -> Facts:
        """The facts as of a moment: versions recorded later are left out."""
        if not self._runs:
            self.run(self._began)
        moment = at(as_of)
        histories: defaultdict[tuple[str, str], list[DocumentVersion]] = defaultdict(list)
        for version in self._versions:
            if version.recorded <= moment:
                histories[version.kind, version.id].append(version)
        return Facts(
            scope=self._scope,
            as_of=parse_instant(moment),
            book_began=self._began,
            book_size=self._entries,
            histories={key: tuple(versions) for key, versions in histories.items()},
            served=tuple(self._served),
            callers=tuple(self._callers),
            keys=tuple(self._keys),
            artifacts=tuple(self._artifacts),
            discoveries=tuple(each for each in self._discoveries if each.recorded <= moment),
            sources=tuple(self._sources[name] for name in sorted(self._sources)),
            runs=tuple(sorted(self._runs, key=lambda run: run.started, reverse=True)),
            gaps=tuple(self._gaps),
            flagged=tuple(self._flagged),
            denied=tuple(self._denied),
            configs=tuple(sorted(self._configs, key=lambda each: each.recorded)),
            reconciled=tuple(self._reconciled),
            sightings=tuple(each for each in self._sightings if each.seen_at <= moment),
            sensitive=tuple(self._sensitive),
            examined=tuple(self._examined),
        )
