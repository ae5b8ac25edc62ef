"""LM Studio's models folder: `<publisher>/<model>/<file>`, with no commit, hash or source kept anywhere.

Promises: one record per model; the two folder names are given as a hint and never as a source. Never looks into the application's
internal folder, which holds keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import Workbench
from proofbook.collectors.model_store.folder import collect_folder
from proofbook.collectors.wording import plain_path
from proofbook.errors import SourceUnavailable


@dataclass(frozen=True, slots=True)
class LmStudioModels:
    """Collector of LM Studio's models folder (not of its home)."""

    root: Path
    bench: Workbench

    @property
    def name(self) -> str:
        """Stable name."""
        return "model_store.lmstudio"

    @property
    def query(self) -> str:
        """The folder looked at."""
        return f"models below {plain_path(self.root)}"

    @property
    def parameters(self) -> Mapping[str, str]:
        """None."""
        return {}

    def collect(self) -> Iterator[Observation | Skipped]:
        """One record per model found two levels down."""
        try:
            publishers = sorted(path for path in self.root.iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise SourceUnavailable(f"LM Studio folder {self.root.name}: cannot be listed: {error.strerror}") from error
        for publisher in publishers:
            yield from self._collect_publisher(publisher)

    def _collect_publisher(self, publisher: Path) -> Iterator[Observation | Skipped]:
        if not publisher.is_dir() or publisher.is_symlink():
            yield Skipped.because("not_a_folder", "is not a publisher's folder", publisher)
            return
        try:
            models = sorted(publisher.iterdir())
        except OSError as error:
            yield Skipped.because("folder_unreadable", f"cannot be listed: {error.strerror}", publisher)
            return
        for model in models:
            if not model.is_dir() or model.is_symlink():
                yield Skipped.because("not_a_folder", "is not a model's folder", model)
                continue
            name = f"{publisher.name}/{model.name}"
            hint = f"folder names only suggest the repository {name}; LM Studio keeps no source"
            yield from collect_folder(model, "lmstudio", self.bench, name=name, hint=hint)
