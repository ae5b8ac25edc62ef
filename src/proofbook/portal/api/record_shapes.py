"""What the API says of kept records."""

from __future__ import annotations

from pydantic import Field, JsonValue

from proofbook.portal.api.proof_shapes import ProofShape
from proofbook.portal.api.resource import Shape


class KindShape(Shape):
    """A kind of kept record."""

    kind: str = Field(description="its name")
    one: str = Field(description="how one record of it is called")
    says: str = Field(description="what a record of it says")
    artifact: str = Field(description="artifact it belongs to")
    happens: bool = Field(description="whether it tells of something that happened")
    signed: bool = Field(description="whether each version waits for somebody else's signature")
    written_elsewhere: str | None = Field(description="where it is written, when not by `record.file`")
    records: int = Field(description="how many records there are")


class KindsShape(Shape):
    """Every kind of kept record."""

    items: tuple[KindShape, ...] = Field(description="kinds, in the order of their artifacts")


class HeadShape(Shape):
    """A record as it stands now."""

    kind: str = Field(description="its kind")
    id: str = Field(description="its id")
    index: int = Field(description="place of its newest version in the book")
    entry: str = Field(description="entry of its newest version")
    version: int = Field(description="number of its newest version")
    title: str = Field(description="its title")
    state: str | None = Field(description="where it says that it stands")
    blanks: int = Field(description="blanks that its writer left")
    occurred: str = Field(description="when it became so")
    recorded: str = Field(description="when that was recorded")
    actor: str = Field(description="who wrote it")
    decision: str | None = Field(description="the newest decision signed about this version")
    decided_by: str | None = Field(description="who signed it")


class RecordsPage(Shape):
    """A page of records, the last changed first."""

    items: tuple[HeadShape, ...] = Field(description="records that fit")
    older: int | None = Field(description="ask with `before` of this for more; null: there are none")


class VersionShape(Shape):
    """One version of a record."""

    kind: str = Field(description="its kind")
    id: str = Field(description="its id")
    index: int = Field(description="place in the book")
    entry: str = Field(description="its entry; the entity tag of the record while it is the newest")
    version: int = Field(description="its number, counted from 1")
    occurred: str = Field(description="when it became so")
    recorded: str = Field(description="when that was recorded")
    actor: str = Field(description="who wrote it")
    actor_kind: str = Field(description="person, service, system or unknown")
    method: str = Field(description="how that is known")
    source: str = Field(description="by which way it came into the book")
    assurance: str = Field(description="how it was recorded")
    supersedes: str | None = Field(description="entry of the version before")
    body: dict[str, JsonValue] = Field(description="the record; `/kinds/{kind}/schema` describes its fields")


class SignatureShape(Shape):
    """A signature on a version of a record."""

    entry: str = Field(description="its entry")
    signer: str = Field(description="who signed")
    decision: str = Field(description="approved, changes_requested, refused or noted")
    role: str = Field(description="in which role")
    statement: str = Field(description="what was signed")
    signed_at: str = Field(description="when")
    of_entry: str = Field(description="entry of the version it was given to")
    of_this: bool = Field(description="whether that is the version that is shown")


class PointerShape(Shape):
    """A record that names another."""

    field: str = Field(description="in which field")
    kind: str = Field(description="kind of what is named, or of what names")
    id: str = Field(description="its id")


class SealedFile(Shape):
    """A file that a version names."""

    name: str = Field(description="what it is called")
    sha256: str = Field(description="hash of its bytes, hex")
    bytes: int | None = Field(description="its length")
    where: str | None = Field(description="where it is kept")
    sealed_here: bool = Field(description="whether its bytes can be taken from here")


class RecordShape(Shape):
    """One record as one version says it."""

    record: VersionShape = Field(description="the version")
    newest: str = Field(description="entry of the newest version")
    is_newest: bool = Field(description="whether this is it")
    late_days: int | None = Field(description="days between happening and recording, where these are too many")
    blanks: tuple[str, ...] = Field(description="where blanks stand")
    signatures: tuple[SignatureShape, ...] = Field(description="signatures on any version, oldest first")
    points_to: tuple[PointerShape, ...] = Field(description="what it names")
    named_by: tuple[PointerShape, ...] = Field(description="what names it: of each kind the last changed")
    files: tuple[SealedFile, ...] = Field(description="files it names")
    proof: ProofShape = Field(description="the proof of this version, recomputed now")


class RoomRecordShape(Shape):
    """One record as an auditor is shown it."""

    record: VersionShape = Field(description="the version")
    newest: str = Field(description="entry of the newest version")
    is_newest: bool = Field(description="whether this is it")
    versions: int = Field(description="how many versions there are")
    proof: ProofShape = Field(description="the proof of this version, recomputed now")


class HistoryLine(Shape):
    """One version, without its fields."""

    entry: str = Field(description="its entry")
    version: int = Field(description="its number")
    occurred: str = Field(description="when it became so")
    recorded: str = Field(description="when that was recorded")
    actor: str = Field(description="who wrote it")
    because: str | None = Field(description="why; null: it was not said")


class HistoryShape(Shape):
    """Every version of a record."""

    items: tuple[HistoryLine, ...] = Field(description="versions, newest first")
    left_out: int = Field(description="older versions that are not listed")


class FieldDifference(Shape):
    """A field that differs between two versions."""

    path: str = Field(description="which field")
    before: JsonValue = Field(description="what stood there; null: nothing")
    after: JsonValue = Field(description="what stands there; null: nothing")


class DifferenceShape(Shape):
    """What differs between two versions."""

    before: int = Field(description="number of the earlier version")
    after: int = Field(description="number of the later version")
    fields: tuple[FieldDifference, ...] = Field(description="fields that differ")


class PointingPage(Shape):
    """Records of one kind that name a record."""

    items: tuple[PointerShape, ...] = Field(description="records, the last changed first")
    older: int | None = Field(description="ask with `before` of this for more; null: there are none")


class SchemaShape(Shape):
    """The JSON Schema of a kind."""

    kind: str = Field(description="the kind")
    json_schema: dict[str, JsonValue] = Field(description="JSON Schema (2020-12) of the fields")


class DrawnOutput(Shape):
    """An output to be judged a second time. What was decided first is not said."""

    review: str = Field(description="id of its review")
    title: str = Field(description="what it is called")
    exchanges: tuple[str, ...] = Field(description="exchanges it rests on")


class DrawnOutputs(Shape):
    """What a seed draws for the token's holder."""

    items: tuple[DrawnOutput, ...] = Field(description="outputs; those the holder reviewed first are left out")
    population: int = Field(description="how many accepted outputs there are of that time")


class DecisionShape(Shape):
    """An output that waits for a person, or waited."""

    request: VersionShape = Field(description="what was asked for")
    review: VersionShape | None = Field(description="what a person decided; null: it waits")


class DecisionsShape(Shape):
    """Outputs that wait for a person."""

    items: tuple[VersionShape, ...] = Field(description="requests, the most urgent first; at most 200")
    of: int = Field(description="how many wait")


class FiledValues(Shape):
    """What writing a version tells."""

    version: int = Field(description="number of the version that stands now")
    entry: str | None = Field(default=None, description="its entry; null: nothing differed, so nothing was recorded")


class SignedValues(Shape):
    """What signing tells."""

    version: int | None = Field(
        default=None, description="number of the version that was signed; null: it was signed alike before"
    )
    decision: str | None = Field(default=None, description="what was decided; null: as before")


class AttachedValues(Shape):
    """What keeping a file tells."""

    sha256: str = Field(description="hash of its bytes, hex")
    bytes: int = Field(description="its length")


class NamedValues(Shape):
    """Which record was written."""

    id: str | None = Field(default=None, description="its id; null: the one that was named")


class AnswerValues(Shape):
    """What writing or approving own words tells."""

    version: int | None = Field(default=None, description="number of the version it is about")
    entry: str | None = Field(default=None, description="entry of the version that was written")
    decision: str | None = Field(default=None, description="what was decided")
