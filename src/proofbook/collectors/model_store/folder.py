"""A plain folder of model files, with what the hub's client leaves beside them when it downloads into a folder.

Promises: every file below the folder is in the record of every model found there; download metadata (three lines per file) and a
cached listing are used when present and are read only: the hub's own library would write into the folder it inspects. Names of
folders are hints, never a source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import Origin, Store, Workbench, assemble
from proofbook.collectors.model_store.examining import examine_file
from proofbook.collectors.model_store.grouping import group_files
from proofbook.collectors.model_store.local_download import DownloadedFolder, read_downloaded_folder
from proofbook.collectors.model_store.walking import Walk, walk_folder
from proofbook.collectors.wording import plain_path
from proofbook.errors import SourceUnavailable


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Collector of the models in one folder."""

    path: Path
    bench: Workbench

    @property
    def name(self) -> str:
        """Stable name."""
        return "model_store.folder"

    @property
    def query(self) -> str:
        """The folder looked at."""
        return f"model files below {plain_path(self.path)}"

    @property
    def parameters(self) -> Mapping[str, str]:
        """None."""
        return {}

    def collect(self) -> Iterator[Observation | Skipped]:
        """One record per model."""
        if not self.path.is_dir():
            raise SourceUnavailable(f"{self.path.name}: is not a folder", hint="name a folder that holds model files")
        yield from collect_folder(self.path, "folder", self.bench, name=self.path.name)


def collect_folder(
    path: Path, store: Store, bench: Workbench, *, name: str, hint: str | None = None
) -> Iterator[Observation | Skipped]:
    """Every model below `path`. `hint` says what the folder's name suggests about the source."""
    walk = walk_folder(path)
    yield from report_walk(walk, path)
    groups = group_files([examine_file(file) for file in walk.files])
    if not groups:
        yield Skipped.because("no_weights", f"{name}: holds no weight file", path)
    downloaded = read_downloaded_folder(path, frozenset(file.path for file in walk.files))
    for group in groups:
        location = plain_path(path / group.label) if group.label else plain_path(path)
        origin = Origin(
            store=store,
            location=location,
            name=f"{name}/{group.label}" if group.label else name,
            revision=downloaded.revision or "unknown",
            pinned="yes" if downloaded.revision else "unknown",
            how_known=_how_known(downloaded, hint),
        )
        yield assemble(origin, group, bench, claims=downloaded.claim, assess=downloaded.assess)


def report_walk(walk: Walk, root: Path) -> Iterator[Skipped]:
    """What stood in the way of looking, as skips of the run."""
    for item in walk.findings:
        yield Skipped.because(item.code, item.detail, root / (item.path or "."))


def _how_known(downloaded: DownloadedFolder, hint: str | None) -> str:
    if downloaded.revision is not None:
        return "commit id in the download metadata beside the files"
    return hint or "unknown"
