"""What the API says of fieldwork: requests, populations, deliveries, samples, notes, receipts."""

from __future__ import annotations

from pydantic import Field, JsonValue

from proofbook.portal.api.exchange_shapes import ExchangePart
from proofbook.portal.api.resource import Shape


class EvidenceLine(Shape):
    """Something given in answer to a request."""

    sort: str = Field(description="population, artifact, record, sample, export or file")
    id: str = Field(description="its id")
    version: str | None = Field(description="entry of its version")
    sha256: str | None = Field(description="hash of what is given")
    note: str | None = Field(description="a word about it")


class RequestShape(Shape):
    """One version of an auditor's request."""

    id: str = Field(description="its id")
    number: str = Field(description="the auditor's own number")
    engagement: str = Field(description="engagement it belongs to")
    title: str = Field(description="what it is called")
    description: str = Field(description="what is asked for")
    sort: str = Field(description="what sort of thing is asked for")
    control: str | None = Field(description="control it is about")
    control_as_written: str | None = Field(description="control as the list has it, where that is none known here")
    criteria: tuple[str, ...] = Field(description="criteria it is about")
    first: str | None = Field(description="first day it is about")
    last: str | None = Field(description="last day it is about")
    as_of: str | None = Field(description="day of which a state is asked for")
    owner: str | None = Field(description="who answers it")
    due: str | None = Field(description="by when")
    state: str = Field(description="not_started, submitted, in_review, accepted or returned")
    returned_because: str | None = Field(description="what is missing, when it was returned")
    evidence: tuple[EvidenceLine, ...] = Field(description="what was given in answer")
    version: int = Field(description="number of this version")
    entry: str = Field(description="its entry; the entity tag of the request while it is the newest")
    changed: str = Field(description="when it was recorded")
    changed_by: str = Field(description="who wrote it")


class RequestsShape(Shape):
    """Requests of an engagement."""

    engagement: str = Field(description="the engagement")
    items: tuple[RequestShape, ...] = Field(description="requests that fit, by number")
    of: int = Field(description="how many there are")
    more: str | None = Field(description="id of the request behind which the next page goes on; null: it ends here")


class CommentShape(Shape):
    """Something said about a request."""

    id: str = Field(description="its id")
    side: str = Field(description="staff or auditor")
    text: str = Field(description="what was said")
    author: str = Field(description="who said it")
    at: str = Field(description="when")
    entry: str = Field(description="its entry")


class SuggestionShape(Shape):
    """Something that might answer a request."""

    sort: str = Field(description="population or artifact")
    id: str = Field(description="its id")
    title: str = Field(description="what it is called")
    why: tuple[str, ...] = Field(description="why it might answer")
    evidence: EvidenceLine | None = Field(description="as it can be submitted; null: it has to be made first")


class RequestWhole(Shape):
    """One request with what was said and given."""

    request: RequestShape = Field(description="as it stands")
    steps: tuple[str, ...] = Field(description="states the token's side may move it to now")
    comments: tuple[CommentShape, ...] = Field(description="what was said, oldest first")
    submitted: tuple[RequestShape, ...] = Field(description="every version in which evidence was submitted, oldest first")
    suggestions: tuple[SuggestionShape, ...] = Field(description="what might answer it; for the company only")


class TableColumn(Shape):
    """A column of a table."""

    name: str = Field(description="its name")
    type: str = Field(description="type of its values")
    meaning: str = Field(description="what it says")


class TableShape(Shape):
    """A table of a population."""

    name: str = Field(description="its name")
    title: str = Field(description="what it lists")
    key: str = Field(description="column that tells items apart")
    columns: tuple[TableColumn, ...] = Field(description="its columns")


class PopulationShape(Shape):
    """A population and how its report works."""

    population: str = Field(description="its id")
    title: str = Field(description="what it is")
    definition: str = Field(description="id of the definition")
    version: int = Field(description="version of the definition")
    logic_sha256: str = Field(description="hash of the definition")
    purpose: str = Field(description="what it is for")
    unit: str = Field(description="what one item is")
    system_of_record: str = Field(description="where the whole list is kept")
    controls: tuple[str, ...] = Field(description="controls it is tested over")
    criteria: tuple[str, ...] = Field(description="criteria it bears on")
    limitations: tuple[str, ...] = Field(description="what it does not show")
    elsewhere: tuple[str, ...] = Field(description="where else items could be found by a person")
    tables: tuple[TableShape, ...] = Field(description="its tables")


class PopulationsShape(Shape):
    """Every population."""

    items: tuple[PopulationShape, ...] = Field(description="populations, by id")


class DeliveryLine(Shape):
    """Something that was made to be handed over."""

    id: str = Field(description="its id")
    sort: str = Field(description="population or room")
    engagement: str = Field(description="engagement it was made for")
    population: str = Field(description="id of the population; empty: an evidence room")
    title: str = Field(description="what it is called")
    made: str = Field(description="when")
    made_by: str = Field(description="by whom")
    rows: int | None = Field(description="how many rows; null: it is no population")
    completeness: str = Field(description="whether completeness is demonstrated")
    reasons: tuple[str, ...] = Field(description="why it is not, where it is not")


class DeliveriesShape(Shape):
    """What lies here for an engagement."""

    items: tuple[DeliveryLine, ...] = Field(description="deliveries, newest first")


class FileLine(Shape):
    """A file of a delivery."""

    name: str = Field(description="its name")
    bytes: int = Field(description="its length")


class TableRows(Shape):
    """A table of a delivery."""

    table: str = Field(description="its name")
    rows: int = Field(description="how many rows")


class DeliveryShape(Shape):
    """One delivery with its files."""

    delivery: DeliveryLine = Field(description="what it is")
    header: dict[str, JsonValue] = Field(description="evidence header, as its file has it; empty: an evidence room")
    files: tuple[FileLine, ...] = Field(description="its files, each to be had by its name")
    tables: tuple[TableRows, ...] = Field(description="its tables")
    transcript: str = Field(description="transcript of a watched run; empty: it was not watched")


class ItemLine(Shape):
    """A drawn item."""

    item: str = Field(description="its id")
    row: int = Field(description="its row in the exported table")
    entry: str | None = Field(description="entry that the row names")
    index: int | None = Field(description="place of that entry in the book")
    draw: int = Field(description="in which draw, counted from 1")


class DrawLine(Shape):
    """A draw or an extension."""

    entry: str = Field(description="its entry")
    recorded: str = Field(description="when")
    actor: str = Field(description="by whom")
    asked: int = Field(description="how many were asked for")
    added: int = Field(description="how many came in")
    because: str | None = Field(description="why")


class ReleaseLine(Shape):
    """Content that may be seen by the auditor."""

    item: str = Field(description="of which item")
    view: str = Field(description="redacted or unredacted")
    because: str = Field(description="why")
    recorded: str = Field(description="since when")
    actor: str = Field(description="who released it")
    entry: str = Field(description="its entry")


class SampleShape(Shape):
    """A sample, with all that is needed to draw it again."""

    id: str = Field(description="its id")
    engagement: str = Field(description="engagement it belongs to")
    request: str | None = Field(description="request it is for")
    population: str = Field(description="population it was drawn from")
    table: str = Field(description="table it was drawn from")
    key: str = Field(description="column that tells items apart")
    population_entry: str = Field(description="entry of the export it was drawn from")
    data_sha256: str = Field(description="hash of the table's bytes")
    rows: int = Field(description="rows of the table")
    completeness: str = Field(description="whether completeness of the population is demonstrated")
    checkpoint_size: int = Field(description="entries of the book it was drawn at")
    checkpoint_root: str = Field(description="root of the tree at that size")
    checkpoint_sha256: str = Field(description="hash of the checkpoint's text")
    method: str = Field(description="listed or seeded")
    nonce: str | None = Field(description="the auditor's nonce")
    seed: str | None = Field(description="seed that follows from it")
    stratum_by: str | None = Field(description="column of the strata")
    asked: int = Field(description="how many were asked for")
    items: tuple[ItemLine, ...] = Field(description="what was drawn")
    missing: tuple[str, ...] = Field(description="ids that were asked for and are not in the population")
    because: str | None = Field(description="why there is another draw")
    draws: tuple[DrawLine, ...] = Field(description="the draw and its extensions")
    releases: tuple[ReleaseLine, ...] = Field(description="content that was released")


class SamplesShape(Shape):
    """Samples of an engagement."""

    items: tuple[SampleShape, ...] = Field(description="samples, newest first")


class HistoryStepShape(Shape):
    """Something that happened to an item."""

    recorded: str = Field(description="when it was recorded")
    kind: str = Field(description="kind of entry")
    what: str = Field(description="what happened")
    entry: str = Field(description="its entry; empty: not named here")
    index: int = Field(description="place in the book")


class LinkShape(Shape):
    """From an item to something else."""

    relation: str = Field(description="how they belong together")
    kind: str = Field(description="kind of what it leads to")
    id: str = Field(description="its id")
    title: str = Field(description="what it is called")
    entry: str | None = Field(description="its entry; null: it is not on record")
    words: str = Field(description="more about it, or why it is not there")


class SlotShape(Shape):
    """Sealed content of an item."""

    exchange: str = Field(description="of which exchange")
    name: str = Field(description="request or response")
    bytes: int = Field(description="its length")
    commit: str = Field(description="commitment, hex")
    state: str = Field(description="withheld, released or shredded")
    view: str | None = Field(description="how a release lets it be seen")
    words: str = Field(description="the same in words")


class MissingShape(Shape):
    """Something one would expect and that is not there."""

    what: str = Field(description="what")
    why: str = Field(description="why")


class ItemShape(Shape):
    """Everything about one drawn item. Content is never here."""

    sample: str = Field(description="sample it belongs to")
    item: ItemLine = Field(description="the item")
    row: dict[str, str] | None = Field(description="its row as exported; null: the export does not lie here any more")
    parts: tuple[ExchangePart, ...] = Field(description="its entries with their proofs, recomputed now")
    history: tuple[HistoryStepShape, ...] = Field(description="what happened to it, in book order")
    links: tuple[LinkShape, ...] = Field(description="what it leads to")
    slots: tuple[SlotShape, ...] = Field(description="its sealed content")
    missing: tuple[MissingShape, ...] = Field(description="what is not there")


class NoteShape(Shape):
    """One of the auditor's own notes."""

    id: str = Field(description="its id")
    about_kind: str = Field(description="what it is about")
    about: str = Field(description="id of that")
    recorded: str = Field(description="when it was kept")
    withdrawn: str | None = Field(description="when its text was destroyed; null: it was not")
    text: str | None = Field(description="the note; null: destroyed, or older than those that are opened at once")


class NotesShape(Shape):
    """The auditor's own notes."""

    items: tuple[NoteShape, ...] = Field(description="notes, newest first")


class ReceiptLine(Shape):
    """A receipt that was given."""

    id: str = Field(description="its id")
    to: str = Field(description="to whom")
    size: int = Field(description="entries it covers")
    root: str = Field(description="root of the tree, hex")
    recorded: str = Field(description="when it was given")
    entry: str = Field(description="its entry")


class ReceiptsShape(Shape):
    """Receipts that were given."""

    items: tuple[ReceiptLine, ...] = Field(description="receipts, newest first")


class RequestValues(Shape):
    """Which request was dealt with."""

    request: str = Field(description="its id")
    state: str | None = Field(default=None, description="where it stands now; null: as before")


class ImportValues(Shape):
    """What importing a list does."""

    new: tuple[str, ...] = Field(description="numbers that are new")
    changed: tuple[str, ...] = Field(description="numbers whose request changes")
    unchanged: tuple[str, ...] = Field(description="numbers that stay as they are")
    absent: tuple[str, ...] = Field(description="numbers of the book that the list does not have; they stay")
    ignored_columns: tuple[str, ...] = Field(description="columns that were not read")
    remarks: tuple[str, ...] = Field(description="what a reader should know")
    recorded: bool = Field(description="whether it was done; false: it was not agreed to, or nothing changes")


class ReleaseValues(Shape):
    """What was released."""

    sample: str = Field(description="sample")
    item: str = Field(description="item")
    view: str = Field(description="how it may be seen")


class DrawnValues(Shape):
    """What was drawn."""

    sample: str = Field(description="id of the sample")
    items: tuple[str, ...] = Field(description="what came in")
    missing: tuple[str, ...] = Field(description="ids that are not in the population")
    rows: int = Field(description="rows of the table")
    seed: str | None = Field(description="seed that follows from the nonce")


class NoteValues(Shape):
    """Which note."""

    note: str = Field(description="its id")


class ReceiptValues(Shape):
    """A receipt to be taken away."""

    receipt: str = Field(description="its id")
    size: int = Field(description="entries it covers")
    root: str = Field(description="root of the tree, hex")
    signed_at: str = Field(description="when its checkpoint was signed")
    note_name: str = Field(description="name for the file of the note")
    note: str = Field(description="the signed note")
    words: str = Field(description="what it is and how it is checked, in words")


class CheckStep(Shape):
    """One step of a check."""

    outcome: str = Field(description="holds, fails or open")
    words: str = Field(description="what was checked, and what came of it")


class CheckValues(Shape):
    """What the book is to a receipt."""

    tone: str = Field(description="holds, fails or open")
    words: str = Field(description="the outcome in a few sentences")
    steps: tuple[CheckStep, ...] = Field(description="what was checked")
    old_size: int = Field(description="entries the receipt covers")
    old_root: str = Field(description="its root, hex")
    new_size: int | None = Field(description="entries the newest checkpoint covers")
    new_root: str | None = Field(description="its root, hex")
