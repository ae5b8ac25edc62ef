"""What the API says of the book as a whole: where it stands, who records into it, gaps, models, engines' counters."""

from __future__ import annotations

from pydantic import Field, JsonValue

from proofbook.portal.api.proof_shapes import ProofShape
from proofbook.portal.api.resource import Shape


class HolderShape(Shape):
    """Whose token this is, and what it opens."""

    account: str = Field(description="account or service")
    name: str = Field(description="its name")
    token: str = Field(description="public id of the token")
    permissions: tuple[str, ...] = Field(description="what the token may, at this moment")
    engagement: str | None = Field(description="engagement an auditor is confined to")
    until: str | None = Field(description="when that ends, or the token of a service does; null: not stated here")


class KindCount(Shape):
    """Entries of a kind."""

    kind: str = Field(description="kind of entry")
    entries: int = Field(description="how many")


class CheckpointShape(Shape):
    """A signed checkpoint."""

    size: int = Field(description="entries it covers")
    root: str = Field(description="root of the tree, hex")
    signed_at: str = Field(description="when it was signed")
    note: str = Field(description="the signed note itself")


class BookShape(Shape):
    """Where the book stands."""

    entity: str = Field(description="whose book")
    origin: str = Field(description="name of the log")
    vkey: str = Field(description="key that this home pins, as a note verifier key")
    entries: int = Field(description="how many entries")
    taken_in: int = Field(description="how many of them the answers of this API take in")
    checkpoint: CheckpointShape | None = Field(description="the newest one; null: none is signed yet")
    kinds: tuple[KindCount, ...] = Field(description="entries by kind")
    identity: str | None = Field(description="what is wrong with the book's identity; null: nothing")


class SourceShape(Shape):
    """A source of entries, with its last sign of life."""

    source: str = Field(description="its id")
    assurance: str = Field(description="how it records")
    entries: int = Field(description="how many it recorded")
    last_seq: int = Field(description="number of its newest entry")
    first_recorded: str = Field(description="when its first entry was recorded")
    last_recorded: str = Field(description="when its newest entry was recorded")
    last_heartbeat: str | None = Field(description="when it last beat; null: it never did")
    state: str = Field(description="recording, stopped, or not heard from, in words")
    gaps: int = Field(description="recorded gaps")


class SourcesShape(Shape):
    """Every source."""

    items: tuple[SourceShape, ...] = Field(description="sources, by name")


class GapShape(Shape):
    """An interval in which a source says that it did not record."""

    source: str = Field(description="the source")
    since: str = Field(description="from when")
    until: str = Field(description="until when")
    reason: str = Field(description="why")
    detail: str = Field(description="more about that")


class BreakShape(Shape):
    """A number that does not follow."""

    source: str = Field(description="the source")
    index: int = Field(description="place in the book")
    expected: int = Field(description="number that had to follow")
    found: int = Field(description="number that stands there")


class StrayShape(Shape):
    """A response that found no request."""

    index: int = Field(description="place in the book")
    entry: str = Field(description="its entry")
    exchange: str = Field(description="exchange it names")


class GapsShape(Shape):
    """Everything that breaks the record. Of very many the newest."""

    gaps: tuple[GapShape, ...] = Field(description="recorded gaps, newest first")
    breaks: tuple[BreakShape, ...] = Field(description="numbers that do not follow")
    strays: tuple[StrayShape, ...] = Field(description="responses without a request")
    silent: tuple[str, ...] = Field(description="recorders whose run lasts and that are not heard from")
    most: int = Field(description="how many of each are listed at most")


class ModelShape(Shape):
    """A model artifact as it was last looked at."""

    index: int = Field(description="place of its record in the book")
    entry: str = Field(description="its record")
    artifact: str = Field(description="digest of its bytes")
    recorded: str = Field(description="when it was recorded")
    name: str = Field(description="what it is called")
    store: str = Field(description="store it lies in")
    location: str = Field(description="where")
    host: str = Field(description="on which machine")
    format: str = Field(description="format of its files")
    bytes_total: int = Field(description="its length")
    files_total: int = Field(description="how many files")
    license_declared: str = Field(description="licence as declared")
    architecture: str = Field(description="architecture as declared")
    parameters: str = Field(description="parameters as declared")
    quantization: str = Field(description="quantization as declared")
    verification: str = Field(description="how far its origin is verified")
    rung: str = Field(description="rung of the verification ladder")
    signature: str = Field(description="state of its signature")
    code_executing: str = Field(description="whether it can bring code to run")
    findings: int = Field(description="what was found about it")
    unknowns: int = Field(description="questions the record leaves open")
    observed_at: str = Field(description="when it was looked at")


class ModelsShape(Shape):
    """Model artifacts."""

    items: tuple[ModelShape, ...] = Field(description="newest records")
    unrecorded: tuple[str, ...] = Field(description="digests of bytes that answered and of which there is no record")


class ModelWhole(Shape):
    """One model artifact. `record` null: these bytes answered, and nothing is known about them."""

    artifact: str = Field(description="digest of the bytes")
    record: ModelShape | None = Field(description="newest record")
    body: dict[str, JsonValue] | None = Field(description="the record itself; null: there is none, or it cannot be read")
    proof: ProofShape | None = Field(description="proof of the record, recomputed now")
    versions: int = Field(description="how many records there are of it at its place")
    newest_exchange: str | None = Field(description="the newest exchange it answered")


class ReconciledFigure(Shape):
    """One measure of one stretch."""

    measure: str = Field(description="what was counted")
    engine: int = Field(description="what the engine counted")
    at_least: bool = Field(description="whether the engine's count is a lower bound")
    low: int = Field(description="what the book accounts for at least")
    high: int | None = Field(description="what it accounts for at most; null: unknown")
    difference: int = Field(description="what the engine counted beyond the book")
    standing: str = Field(description="agrees, differs or unknown")


class ReconciledStretch(Shape):
    """A stretch between two readings of the engine's counters."""

    since: str = Field(description="from when")
    until: str = Field(description="until when")
    standing: str = Field(description="agrees, differs or unknown")
    reason: str | None = Field(description="why it cannot be told")
    figures: tuple[ReconciledFigure, ...] = Field(description="what both counted")


class EngineShape(Shape):
    """One engine's own counters against the book."""

    address: str = Field(description="where the engine is")
    upstreams: tuple[str, ...] = Field(description="what the gateway calls it")
    product: str = Field(description="what it is")
    standing: str = Field(description="agrees, differs or unknown")
    reason: str | None = Field(description="why it cannot be told")
    stretches: tuple[ReconciledStretch, ...] = Field(description="the last thirty days, oldest first")


class ReconciliationShape(Shape):
    """The engines' own counters against the book."""

    items: tuple[EngineShape, ...] = Field(description="engines")


class ChangeShape(Shape):
    """One thing that changed."""

    words: str = Field(description="what")
    recorded: str = Field(description="when that was recorded")
    actor: str = Field(description="who wrote it; empty: a program")


class KindChanges(Shape):
    """Changes of a kind."""

    kind: str = Field(description="kind of record")
    created: int = Field(description="new records")
    changed: int = Field(description="new versions")


class WeekShape(Shape):
    """What was recorded in the last seven days."""

    since: str = Field(description="from when")
    occasions: tuple[ChangeShape, ...] = Field(description="incidents, exceptions, outages")
    sign_offs: tuple[ChangeShape, ...] = Field(description="the newest signatures")
    newest: tuple[ChangeShape, ...] = Field(description="the newest other records")
    models: tuple[ChangeShape, ...] = Field(description="the newest models")
    kinds: tuple[KindChanges, ...] = Field(description="by kind, most first")
    gaps: tuple[GapShape, ...] = Field(description="gaps that ended")
    exchanges: int = Field(description="exchanges")
    exchanges_before: int = Field(description="exchanges of the week before")
    cut: bool = Field(description="whether there were more changes than were looked at")


class WorkShape(Shape):
    """Long work."""

    id: str = Field(description="its id")
    title: str = Field(description="what is made")
    state: str = Field(description="waiting, running, done or failed")
    step: str = Field(description="present step")
    steps: tuple[str, ...] = Field(description="steps so far")
    done: int = Field(description="parts of the step that are done")
    of: int = Field(description="of how many; 0: not known")
    path: str = Field(description="page of its outcome; empty: there is none yet")
    said: str = Field(description="one sentence about the outcome")


class WorkValues(Shape):
    """Which work was begun."""

    work: str = Field(description="its id; `/works/{work}` tells how far it is")
