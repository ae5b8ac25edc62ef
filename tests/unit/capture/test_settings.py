"""What an operator sets about recording beside the gateway: wrong values are named, and which engine is meant is never guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from proofbook.capture.settings import CaptureSettings, LiteLLMCapture, ServerCapture
from proofbook.config.loading import read_settings
from proofbook.errors import ConfigurationError

ONE, OTHER = ServerCapture(system="s", name="gpu-1"), ServerCapture(system="s", name="gpu-2")


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: ServerCapture(system="s", name="a/b"), "capture.servers"),
        (lambda: ServerCapture(system="s", name=""), "capture.servers"),
        (lambda: ServerCapture(system=" "), "system"),
        (lambda: ServerCapture(system="s", unrecorded_paths=("health",)), "unrecorded_paths"),
        (lambda: ServerCapture(system="s", lines=0), "lines"),
        (lambda: ServerCapture(system="s", heartbeat_seconds=-1.0), "heartbeat_seconds"),
        (lambda: LiteLLMCapture(system="", secret_file="x"), "system"),
        (lambda: LiteLLMCapture(system="s", secret_file="x", port=70_000), "port"),
        (lambda: LiteLLMCapture(system="s", secret_file="x", open_seconds=0), "open_seconds"),
        (lambda: CaptureSettings(servers=(ONE, ONE)), "capture.servers"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(make: Callable[[], object], named: str) -> None:
    """An operator finds the line."""
    with pytest.raises(ConfigurationError, match=named):
        make()


def test_which_one_is_meant_is_never_guessed() -> None:
    """A wrong system in the record would be evidence of something else."""
    several = CaptureSettings(servers=(ONE, OTHER))
    assert several.server("gpu-2") is OTHER
    assert CaptureSettings(servers=(ONE,)).server(None) is ONE
    for settings, name in ((several, None), (several, "gpu-3"), (CaptureSettings(), None)):
        with pytest.raises(ConfigurationError):
            settings.server(name)


def test_sources_are_told_apart_by_kind_and_name() -> None:
    """What recorded is the first thing a record says."""
    assert (ONE.source, LiteLLMCapture(system="s", secret_file="x").source) == ("asgi:gpu-1", "litellm:main")


def test_the_file_says_it_and_odd_keys_are_refused(tmp_path: Path) -> None:
    """Settings are read as strictly as all others."""
    path = tmp_path / "proofbook.toml"
    begin = 'entity = "Sample"\n[book]\nfence = "f"\n[[capture.servers]]\nsystem = "s"\n'
    path.write_text(
        begin + 'websockets = "pass_with_gap"\n[[capture.litellm]]\nsystem = "s"\nsecret_file = "x"\n', encoding="utf-8"
    )
    capture = read_settings(path).capture
    assert (capture.servers[0].websockets, capture.proxy(None).port) == ("pass_with_gap", 8402)
    path.write_text(begin + "record = false\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"capture\.servers\[0\]\.record"):
        read_settings(path)
