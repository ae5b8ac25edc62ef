"""Which paths are served, and in whose voice the others are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.gateway.http.head import FORWARDED
from proofbook.gateway.wire import generic
from proofbook.gateway.wire.routes import ROUTES, find_route

PAGE = Path(__file__).parents[4] / "docs" / "operate" / "protocols.md"


def test_what_is_served_is_not_refused_and_is_named_to_those_who_ask_for_more() -> None:
    """The sentence must fit its record."""
    assert all(find_route(*served).refusal is None for served in ROUTES)
    refusal = find_route("POST", "/v1/moderations").refusal
    assert refusal is not None
    assert len(refusal.detail) <= 512
    assert all(f"{method} {path}" in refusal.detail for (method, path) in ROUTES if (method, path) not in generic.API.routes)


def test_paths_no_api_knows_are_recorded_by_policy_only() -> None:
    """Nothing passes silently: refused, or passed and on record."""
    assert find_route("POST", "/v1/moderations").refusal is not None
    passed = find_route("POST", "/v1/moderations", record_unknown=True)
    assert (passed.refusal, passed.dialect.protocol) == (None, "generic.other")
    assert find_route("TRACE", "/v1/moderations", record_unknown=True).refusal is not None
    assert find_route("POST", "/v1/messages/batches", record_unknown=True).refusal is None


ADMINISTRATION = [
    "/pause",
    "/v1/load_lora_adapter",
    "/slots/0",
    "/update_weights_from_disk",
    "/props",
    "/models/load",
    "/api/pull",
]
DISGUISED = [
    "//pause", "/./pause", "/v1/../pause", "/%70ause", "/pause/", "/pause;x", "/v1/%2e%2e/pause", "/\\pause", "/api//pull",
    "/api/./pull", "/pause?x", "", "*", "http://engine/pause", "/v1/..",
]  # fmt: skip


@pytest.mark.parametrize("path", [*ADMINISTRATION, *DISGUISED])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_administration_of_engines_is_refused_whatever_the_policy(method: str, path: str) -> None:
    """Who may use a model may not load another one; and no spelling of a path may hide which one it is."""
    assert find_route(method, path, record_unknown=True).refusal is not None


VOICES = [
    ("GET", "/v1/audio/speech", b'"code"'),
    ("POST", "/v1/load_lora_adapter", b'"code"'),
    ("GET", "/v1/chat/completions", b'"code"'),
    ("POST", "/", b'"code"'),
    ("GET", "/api/chat", b'{"error":"'),
    ("POST", "/api/pull", b'{"error":"'),
    ("HEAD", "/api/blobs/sha256:00", b'{"error":"'),
    ("POST", "/apis", b'"code"'),
    ("GET", "/v1/messages", b'{"type":"error"'),
    ("POST", "/v1/messages/batches", b'{"type":"error"'),
]


@pytest.mark.parametrize(("method", "path", "sign"), VOICES)
def test_refusal_speaks_as_the_client_that_asks_so(method: str, path: str, sign: bytes) -> None:
    """An error in another API's shape is a riddle to whoever gets it."""
    route = find_route(method, path)
    assert route.refusal is not None
    assert sign in route.dialect.format_error(route.refusal.status, route.refusal.reason.value, route.refusal.detail)


def test_every_path_names_the_protocol_of_its_own_family() -> None:
    """The record must say by which API a request came."""
    assert {path: dialect.protocol.partition(".")[0] for (_, path), dialect in ROUTES.items() if path.startswith("/api/")} == {
        path: "ollama" for _, path in ROUTES if path.startswith("/api/")
    }


def test_page_for_operators_names_every_path_and_every_header_that_crosses() -> None:
    """What an operator reads is what is served."""
    lines = PAGE.read_text("utf-8").splitlines()
    for (method, path), dialect in ROUTES.items():
        assert any(f"`{method} {path}`" in line and f"`{dialect.protocol}`" in line for line in lines), path
    named = " ".join(lines)
    assert all(f"`{header.decode()}`" in named for header in FORWARDED)
