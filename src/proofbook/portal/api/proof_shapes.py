"""What the API says of proofs, and of files to be taken away."""

from __future__ import annotations

from pydantic import Field

from proofbook.portal.api.resource import Shape


class ProofStep(Shape):
    """One step of a check."""

    outcome: str = Field(description="holds, fails or open")
    words: str = Field(description="what was checked, and what came of it")


class ProofShape(Shape):
    """That an entry is in the book, recomputed at this moment."""

    index: int = Field(description="place in the book")
    tone: str = Field(description="holds, fails or open")
    words: str = Field(description="the outcome in a few sentences")
    steps: tuple[ProofStep, ...] = Field(description="what was checked")
    leaf: str | None = Field(description="leaf hash, hex")
    path: tuple[str, ...] = Field(description="inclusion path, hex")
    size: int | None = Field(description="size of the tree of the checkpoint")
    root: str | None = Field(description="its root, hex")
    signed_at: str | None = Field(description="when the checkpoint was signed")
