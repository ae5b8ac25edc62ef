"""Spans of exchanges for OpenTelemetry, made beside the requests from what was recorded.

Promises: a span says which exchange, system, API, engine and state it was, when, and how many tokens; never content, a header, a
path, a caller, or the name of a model, which callers choose: the digest of the weights stands for it. The caller's `traceparent`
makes the span a child of the caller's, and its decision to sample is honoured. Nothing waits for a collector: what it does not
take in time is dropped and counted. Does not: trace refusals; they are entries and figures.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import structlog

from proofbook.errors import ConfigurationError
from proofbook.gateway.running.figures import Ended
from proofbook.gateway.running.operation_settings import TraceSettings
from proofbook.primitives.instants import parse_instant

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

LOG = structlog.get_logger(__name__)
SPANS_DROPPED = "gateway.spans_dropped"

_MOST_WAITING: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPERATIONS: Final = {
    "openai.chat": "chat",
    "openai.responses": "chat",
    "openai.completions": "text_completion",
    "openai.embeddings": "embeddings",
    "ollama.chat": "chat",
    "ollama.generate": "text_completion",
    "ollama.embed": "embeddings",
    "anthropic.messages": "chat",
}
"""`gen_ai.operation.name` of the semantic conventions; other APIs have none there."""


class ExchangeTracer:
    """Implements `figures.Tracer`: takes note on the event loop, makes spans in a thread, exports in another."""

    def __init__(self, exporter: SpanExporter, *, version: str, source: str, ratio: float = 1.0) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

        named = {"service.name": "proofbook-gateway", "service.version": version, "service.instance.id": source}
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)), resource=Resource(named), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("proofbook.gateway", version)
        self._queue: SimpleQueue[Ended | None] = SimpleQueue()
        self.dropped = 0
        """Exchanges that got no span because too many waited for theirs."""
        self._thread = threading.Thread(target=self._make_all, name="spans", daemon=True)
        self._thread.start()

    def ended(self, exchange: Ended) -> None:
        """See `figures.Tracer`."""
        if self._queue.qsize() < _MOST_WAITING:
            self._queue.put(exchange)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Make and export what waits, for a few seconds at most."""
        self._queue.put(None)
        self._thread.join()
        self._provider.shutdown()
        if self.dropped:
            LOG.warning(SPANS_DROPPED, spans=self.dropped)

    def _make_all(self) -> None:
        while (ended := self._queue.get()) is not None:
            self._make(ended)

    def _make(self, ended: Ended) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {} if ended.parent is None else {"traceparent": ended.parent}
        span = self._tracer.start_span(
            str(ended.request["protocol"]),
            context=TraceContextTextMapPropagator().extract(carrier),
            kind=SpanKind.SERVER,
            attributes=derive_attributes(ended),
            start_time=_nanoseconds(ended.occurred),
        )
        for event in ("forwarded_at", "first_byte_at"):
            if ended.response[event] is not None:
                span.add_event(f"proofbook.{event.removesuffix('_at')}", timestamp=_nanoseconds(str(ended.response[event])))
        if ended.response["state"] not in {"complete", "client_aborted"}:
            span.set_status(Status(StatusCode.ERROR))
        span.end(_nanoseconds(ended.over))


def derive_attributes(ended: Ended) -> dict[str, str | int | bool]:
    """What a span says. Everything comes from the settings, from closed lists, or is a number."""
    request, response = ended.request, ended.response
    engine, usage = request["engine"], response["usage"]
    found: dict[str, Any] = {
        "proofbook.exchange": ended.exchange,
        "proofbook.system": request["system"],
        "proofbook.protocol": request["protocol"],
        "proofbook.state": response["state"],
        "proofbook.stream": request["stream"],
        "proofbook.upstream": engine["upstream"],
        "proofbook.weights": request["model"]["artifact"],
        "gen_ai.operation.name": _OPERATIONS.get(str(request["protocol"])),
        "gen_ai.provider.name": engine["product"],
        "gen_ai.usage.input_tokens": usage["prompt_tokens"],
        "gen_ai.usage.output_tokens": usage["completion_tokens"],
        "http.response.status_code": response["http_status"],
        "error.type": None if response["state"] == "complete" else response["state"],
    }
    return {name: value for name, value in found.items() if value is not None}


def make_exporter(settings: TraceSettings) -> SpanExporter:
    """What sends spans to the collector. Raises ConfigurationError when the extra is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise ConfigurationError(
            "gateway.otel is set, but OpenTelemetry is not installed", hint="install the extra: pip install 'proofbook[otel]'"
        ) from error
    return OTLPSpanExporter(endpoint=settings.endpoint)


@contextmanager
def tracing(settings: TraceSettings | None, *, version: str, source: str) -> Iterator[ExchangeTracer | None]:
    """Spans for the length of a `with` block; None when none are wanted."""
    if settings is None:
        yield None
        return
    tracer = ExchangeTracer(make_exporter(settings), version=version, source=source, ratio=settings.ratio)
    try:
        yield tracer
    finally:
        tracer.close()


def _nanoseconds(instant: str) -> int:
    since = parse_instant(instant) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
