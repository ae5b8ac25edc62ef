"""Everything that can be wrong with what the command line is given, told scene by scene in the text files beside this one.

For each scene: the exit code says who must act, the message names file, field and fix, nothing is left half-written, and `--json`
says the same in one document. No scene shows a traceback.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.transcript import HARMS, Scene, differences, differences_as_json, list_folder, play, read_scenes

SCENES = [
    pytest.param(scene, id=f"{path.stem}: {scene.name}")
    for path in sorted(Path(__file__).parent.glob("*.txt"))
    for scene in read_scenes(path)
]


def test_there_are_scenes() -> None:
    """An empty folder would make this suite agree with everything."""
    assert len(SCENES) > 60
    assert len({scene.id for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_mistake_is_told_and_nothing_is_touched(stage: Path, scene: Scene) -> None:
    """Whoever makes the mistake should need neither the source nor a search engine to undo it."""
    for name, *arguments in scene.harms:
        HARMS[name](stage, *arguments)
    before = list_folder(stage)
    outcome = play(stage, scene.command)
    assert differences(scene, outcome) == []
    assert list_folder(stage) == before
    told = play(stage, ("--json", *scene.command))
    if scene.errors and scene.errors[0].startswith("error: "):
        assert differences_as_json(scene, told) == []
    assert told.code == scene.code
    for text in (outcome.err, told.err, told.out):
        assert "Traceback" not in text
    assert list_folder(stage) == before
