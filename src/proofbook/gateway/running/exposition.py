"""The gateway's figures in the text format of Prometheus, at a listener of their own.

Promises: figures are put together when they are asked for, in a thread of their own, and never hold up a request; the names of
series are fixed (docs/operate/gateway.md lists them). Does not: keep figures across restarts, or add workers up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from proofbook.errors import ConfigurationError
from proofbook.gateway.running.figures import Figures, Histogram
from proofbook.gateway.running.operation import Operation
from proofbook.gateway.running.operation_settings import MetricsSettings

_Values: TypeAlias = Mapping[Any, Any]
"""By the values of the labels, in their order."""
_PREFIX: Final = "proofbook_gateway_"


class FigureCollector(Collector):
    """Implements the library's `Collector` over one process's figures. Reads plain numbers; takes no lock."""

    def __init__(self, operation: Operation, figures: Figures, worker: str) -> None:
        self._operation = operation
        self._figures = figures
        self._worker = worker

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: names cannot clash in a registry of our own."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands."""
        yield from self._traffic()
        yield from self._store()
        yield from self._engines()
        yield from self._sources()

    def _traffic(self) -> Iterator[Metric]:
        figures, operation = self._figures, self._operation
        yield self._counter(
            "exchanges", "Exchanges that are over and recorded.", ("system", "protocol", "state"), figures.exchanges
        )
        yield self._counter("refusals", "Requests that were refused and recorded.", ("system", "reason"), figures.refusals)
        yield self._counter("content_bytes", "Bytes of content recorded.", ("system", "slot"), figures.bytes)
        labels = "system", "protocol"
        yield self._histogram("duration_seconds", "From the request's head to the end of its reply.", labels, figures.durations)
        yield self._histogram(
            "first_byte_seconds", "From the request's head to the engine's first byte.", labels, figures.first_bytes
        )
        yield self._gauge("open_exchanges", "Exchanges under way.", (), {(): len(operation.house.open)})
        yield self._gauge("client_connections", "Connections of clients.", (), {(): operation.door.connections})
        yield self._gauge("reply_bytes_held", "Bytes of replies in memory.", (), {(): operation.house.open.held})
        yield self._gauge("body_bytes_held", "Bytes of request bodies in memory.", (), {(): operation.door.held})

    def _store(self) -> Iterator[Metric]:
        recording = self._operation.recording
        readiness = self._operation.assess_readiness()
        yield self._gauge("ready", "1 when this process would most likely serve a request.", (), {(): int(readiness.able)})
        yield self._gauge("store_writable", "1 when records are being written.", (), {(): int(readiness.store == "writable")})
        yield self._gauge("records_waiting", "Calls that are not on disk yet.", (), {(): recording.unanswered})
        yield self._gauge(
            "records_unanswered_seconds",
            "How long nothing was answered although calls wait.",
            (),
            {(): recording.unanswered_seconds},
        )
        yield self._counter("record_failures", "Calls that could not be recorded.", (), {(): self._figures.unrecorded})
        yield self._histogram("record_wait_seconds", "Until a record is on disk.", (), {(): self._figures.waits})

    def _engines(self) -> Iterator[Metric]:
        engines = tuple(self._operation.fleet.current.items())
        up = {(name, each.state): 1 for name, each in engines}
        yield self._gauge("upstream_state", "1 for the state each engine is in.", ("upstream", "state"), up)
        busy = {(name,): each.pool.busy for name, each in engines}
        yield self._gauge("upstream_busy", "Connections in use and requests waiting for one.", ("upstream",), busy)
        differing = {(name,): int(name in self._operation.fleet.differing) for name in self._operation.fleet.systems}
        yield self._gauge("weights_differ", "1 when a system's engines have different weights loaded.", ("system",), differing)

    def _sources(self) -> Iterator[Metric]:
        around = self._operation.around
        fresh = {(name,): int(look()) for name, look in around.fresh.items()}
        yield self._gauge("source_fresh", "1 when what decisions rest on is fresh enough.", ("source",), fresh)
        reloads = {("done",): self._operation.reloads_done, ("refused",): self._operation.reloads_refused}
        yield self._counter("reloads", "Reloads of the settings.", ("outcome",), reloads)
        for name, (text, look) in around.gauges.items():
            yield self._gauge(name, text, (), {(): look()})

    def _counter(self, name: str, text: str, labels: tuple[str, ...], values: _Values) -> Metric:
        family = CounterMetricFamily(_PREFIX + name, text, labels=("worker", *labels))
        for key, value in list(values.items()):
            family.add_metric((self._worker, *key), value)
        return family

    def _gauge(self, name: str, text: str, labels: tuple[str, ...], values: _Values) -> Metric:
        family = GaugeMetricFamily(_PREFIX + name, text, labels=("worker", *labels))
        for key, value in list(values.items()):
            family.add_metric((self._worker, *key), value)
        return family

    def _histogram(self, name: str, text: str, labels: tuple[str, ...], values: _Values) -> Metric:
        family = HistogramMetricFamily(_PREFIX + name, text, labels=("worker", *labels))
        for key, value in list(values.items()):
            family.add_metric((self._worker, *key), list(_buckets(value)), value.total)
        return family


@contextmanager
def exposing(operation: Operation, figures: Figures, settings: MetricsSettings, worker: str, offset: int) -> Iterator[None]:
    """The figures can be read for the length of a `with` block. `offset`: the worker's, added to the port.

    Raises:
        ConfigurationError: the address cannot be taken.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FigureCollector(operation, figures, worker))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    port = settings.port + offset if settings.port else 0
    try:
        server, thread = start_http_server(port, settings.host, registry)
    except OSError as error:
        raise ConfigurationError(
            f"gateway.metrics cannot listen on {settings.host}:{port}: {error.strerror or error}",
            hint="set gateway.metrics.port to a free port",
        ) from error
    operation.metrics_address = (settings.host, server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _buckets(histogram: Histogram) -> Iterator[tuple[str, float]]:
    total = 0
    counts = tuple(histogram.counts)
    for bound, count in zip((*map(str, histogram.bounds), "+Inf"), counts, strict=True):
        total += count
        yield bound, float(total)
