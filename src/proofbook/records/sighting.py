"""What the gateway saw an engine to be: which weights stand behind each name, and since when (soc2.md ART-04, gateways.md 3g).

An entry is written when a recorder first sees an engine in a run and whenever what it sees differs from the last time, so the
sightings of one upstream, in order, say what was loaded at any moment and when that changed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class SeenModel(Document):
    """One name an engine answers to."""

    name: str | None = Field(
        max_length=512, description="model name; null when the engine answers any name with the same weights"
    )
    artifact: str | None = Field(description="digest of the artifact behind the name; null when unknown")
    method: str = Field(max_length=256, description="how it was resolved")
    reason: str | None = Field(max_length=512, description="why it is unknown; null when resolved")
    remote_host: str | None = Field(
        max_length=256, description="host to which the engine forwards requests for it; null when it states none"
    )


class SeenChange(Document):
    """One difference from the sighting before, within the same run of the recorder."""

    what: Literal["weights", "product", "build", "remote_host"] = Field(description="what differs")
    name: str | None = Field(max_length=512, description="model name it concerns; null when it concerns the engine or any name")
    before: str | None = Field(max_length=512, description="what it was; null when unknown or none")
    after: str | None = Field(max_length=512, description="what it is; null when unknown or none")


class EngineSighting(Document):
    """Body of `engine.sighting`: what an engine was seen to be at one moment."""

    upstream: str = Field(description="name of the engine in the configuration")
    address: str = Field(description="host and port it was asked at")
    seen_at: str = Field(description="instant it was asked")
    cause: Literal["first_look", "changed"] = Field(description="first look of a run, or something differs from the look before")
    product: Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio", "unknown"] = Field(
        description="which server software answered"
    )
    build: str = Field(description="build or version the engine states; 'unknown' otherwise")
    models: list[SeenModel] = Field(description="names and the weights behind them, by name")
    models_total: int = Field(ge=0, description="names the engine was seen to answer to; above the list's length when it was cut")
    changes: list[SeenChange] = Field(description="differences from the look before in this run; empty at the first")
