"""Spans on their way to a collector, as its protocol has them."""

from __future__ import annotations

import builtins
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from proofbook.errors import ConfigurationError
from proofbook.gateway.running.figures import Ended
from proofbook.gateway.running.operation_settings import TraceSettings
from proofbook.gateway.running.tracing import make_exporter, tracing

REQUEST = {
    "protocol": "openai.chat",
    "system": "support-desk",
    "stream": True,
    "engine": {"upstream": "engine", "product": "llama.cpp"},
    "model": {"asked": "a-name-of-the-callers", "artifact": None},
}
RESPONSE = {
    "state": "complete",
    "http_status": 200,
    "usage": {"prompt_tokens": 1, "completion_tokens": None},
    "forwarded_at": "2026-11-21T03:12:28.100000Z",
    "first_byte_at": None,
}
ENDED = Ended("x_sample", REQUEST, RESPONSE, "2026-11-21T03:12:28.000001Z", "2026-11-21T03:12:30.000000Z", None)


def test_collector_gets_what_the_exchange_was_by_otlp() -> None:
    """The bytes on the wire are those that any collector of OpenTelemetry reads."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            del words

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            endpoint = f"http://127.0.0.1:{server.server_port}/v1/traces"
            with tracing(TraceSettings(endpoint), version="9", source="gateway:main/2") as tracer:
                assert tracer is not None
                tracer.ended(ENDED)
        finally:
            server.shutdown()
            thread.join()
    (scope,) = ExportTraceServiceRequest.FromString(bodies[0]).resource_spans
    named = {each.key: each.value.string_value for each in scope.resource.attributes}
    assert named == {"service.name": "proofbook-gateway", "service.version": "9", "service.instance.id": "gateway:main/2"}
    (span,) = scope.scope_spans[0].spans
    assert (span.name, span.end_time_unix_nano - span.start_time_unix_nano) == ("openai.chat", 1_999_999_000)
    attributes = {each.key for each in span.attributes}
    assert "proofbook.exchange" in attributes
    assert "gen_ai.usage.output_tokens" not in attributes
    assert b"a-name-of-the-callers" not in bodies[0]


def test_without_the_extra_the_setting_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that silently made no traces would be found out in the next incident."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError) as caught:
        make_exporter(TraceSettings("http://127.0.0.1:4318/v1/traces"))
    assert "proofbook[otel]" in str(caught.value.hint)


@pytest.mark.parametrize("endpoint", ["collector:4318", "ftp://a", "http://"])
def test_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    """The operator learns it at once, not from spans that never come."""
    with pytest.raises(ConfigurationError, match=r"gateway\.otel\.endpoint"):
        TraceSettings(endpoint)
