"""ART-03: where data goes when it touches a model, and what is deliberately in and out of a retrieval index.

Source: soc2.md 14.9.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.record import ControlRef, Count, Day, Moment, Record, Several, Sha256, Stated, SystemRef, Text


class Element(Document):
    """A person, process or store of a data-flow diagram."""

    id: str = Field(pattern=r"^[EPD]-[A-Za-z0-9-]{1,30}$", description="E-… external entity, P-… process, D-… data store")
    label: Text = Field(description="what it is")
    boundary: Stated = Field(default=None, description="id of the trust boundary it lies in; null: outside all")
    classification: Stated = Field(default=None, description="of a store: highest class of data in it")
    retention: Stated = Field(default=None, description="of a store: how long data stays")
    third_party: Stated = Field(default=None, description="vendor that runs it; null: the organisation or not stated")


class TrustBoundary(Document):
    """A trust boundary."""

    id: str = Field(pattern=r"^TB-[A-Za-z0-9-]{1,30}$", description="TB-…")
    label: Text = Field(description="what it encloses")
    inside: Stated = Field(default=None, description="id of the boundary around it")


class Flow(Document):
    """One flow of data: a row of the flow table."""

    id: str = Field(pattern=r"^F-[A-Za-z0-9-]{1,30}$", description="F-…")
    source: Text = Field(description="id of the element it comes from")
    target: Text = Field(description="id of the element it goes to")
    data: Text = Field(description="data elements")
    classification: Text = Field(description="highest class of that data")
    personal_data: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether personal data flows")
    protocol: Stated = Field(default=None, description="protocol and port")
    encryption: Literal["tls", "same_host", "none", "other", "unknown"] = Field(
        default="unknown", description="protection in transit"
    )
    authentication: Stated = Field(default=None, description="how the initiator is authenticated")
    initiator: Stated = Field(default=None, description="who starts it")
    frequency: Stated = Field(default=None, description="how often")
    crosses: list[Text] = Field(default=[], description="trust boundaries it crosses, by id")
    logged_in: Stated = Field(default=None, description="where it is logged")
    retention: Stated = Field(default=None, description="how long the destination keeps it")
    controls: list[ControlRef] = Field(default=[], description="controls on it")
    excluded_by: Stated = Field(default=None, description="rule by which this flow is deliberately shut; null: it flows")


class FlowDiagram(Record):
    """Body of `data_flow`: the data-flow diagram of one system, as rows."""

    artifact: ClassVar[str] = "ART-03"

    system: SystemRef = Field(description="system")
    level: Literal["L0", "L1", "L2"] = Field(default="L1", description="context, system, or one sensitive flow")
    as_of: Day = Field(description="day it describes")
    author: Text = Field(description="who drew it up")
    approver: Stated = Field(default=None, description="who approved it")
    approved_at: Moment | None = Field(default=None, description="when it was approved")
    next_review: Day | None = Field(default=None, description="when it is to be reviewed")
    origin: Literal["generated", "hand_written", "unknown"] = Field(
        default="unknown", description="drawn from configuration, or written by a person"
    )
    differences_found: int | None = Field(
        default=None, ge=0, description="differences against the configuration; null: not compared"
    )
    elements: list[Element] = Field(min_length=1, description="people, processes, stores")
    boundaries: list[TrustBoundary] = Field(default=[], description="trust boundaries")
    flows: list[Flow] = Field(min_length=1, description="flows")


class IndexSource(Document):
    """A source that may or must not be in an index."""

    id: Text = Field(description="source")
    classification: Stated = Field(default=None, description="highest class of its documents")
    reason: Stated = Field(default=None, description="why it is in or out")


class IndexManifest(Record):
    """Body of `index.manifest`: what is deliberately in and out of a retrieval index."""

    happened: ClassVar[str | None] = "effective_at"
    artifact: ClassVar[str] = "ART-03"

    index: Text = Field(description="index")
    systems: list[SystemRef] = Field(default=[], description="systems that read it")
    effective_at: Moment = Field(description="from when this scope holds")
    requested_by: Stated = Field(default=None, description="who asked for this scope")
    approved_by: Stated = Field(default=None, description="who approved it")
    approved_at: Moment | None = Field(default=None, description="when it was approved")
    included: list[IndexSource] = Field(description="sources that may be in it")
    excluded: list[IndexSource] = Field(default=[], description="sources that must not be in it, with the reason")
    classification_ceiling: Stated = Field(default=None, description="highest class allowed")
    permission_filter: Stated = Field(default=None, description="how readers only find what they may read at the source")
    embedding_model: Stated = Field(default=None, description="embedding model, by digest where known")
    refresh: Stated = Field(default=None, description="how often it is built")


class SourceCount(Document):
    """Documents of one source in a build."""

    source: Text = Field(description="source")
    documents: Count = Field(description="documents of it")


class IndexBuild(Record):
    """Body of `index.build`: one build of an index, held against its manifest."""

    happened: ClassVar[str | None] = "built_at"
    artifact: ClassVar[str] = "ART-03"

    index: Text = Field(description="index")
    systems: list[SystemRef] = Field(default=[], description="systems that read it")
    number: Count = Field(description="build counter of the pipeline")
    built_at: Moment = Field(description="when it was finished")
    manifest: Stated = Field(default=None, description="id of the manifest it was held against")
    sources: list[SourceCount] = Field(default=[], description="what is in it")
    outside_manifest: int | None = Field(
        default=None, ge=0, description="documents whose source is not allowed; null: not compared"
    )
    denied_by_rule: int | None = Field(default=None, ge=0, description="documents kept out by a rule")
    canaries_planted: int | None = Field(default=None, ge=0, description="planted documents that must never be found")
    canaries_found: int | None = Field(default=None, ge=0, description="of these, found; null: not tried")
    content_sha256: Sha256 | None = Field(default=None, description="hash over the index's source list")
    compared_by: Several = Field(default=None, description="program or person that compared")
