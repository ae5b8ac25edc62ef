"""What runs, held against what is configured and recorded.

Promises: each difference is a finding with a stable code; a model whose engine states only a name is reported as not tied to a
record, never assumed to be the recorded one. Pure: values in, findings out. Does not decide whether a difference is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofbook.collectors.discover.engines import FoundEngine, ServedModel
from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.discover.processes import EngineProcess
from proofbook.collectors.discover.sockets import Listening
from proofbook.collectors.wording import finding
from proofbook.records.provenance import Finding


def compare(
    engines: Sequence[FoundEngine], processes: Sequence[EngineProcess], sockets: Sequence[Listening], inventory: Inventory
) -> tuple[Finding, ...]:
    """All differences, in order of engine port, then process id."""
    found: list[Finding] = []
    owners = {process.pid for process in processes}
    for engine in sorted(engines, key=lambda item: item.port):
        owned = any(socket.port == engine.port and socket.pid in owners for socket in sockets)
        if engine.product == "unknown" and engine.key == "required" and not owned:
            if not inventory.names_upstream(engine.port):
                detail = f"port {engine.port} wants a key for what engines answer; whether it is an engine is not known"
                found.append(finding("service_wants_key", detail))
            continue
        found += _engine(engine, sockets, inventory)
    for process in sorted(processes, key=lambda item: item.pid):
        if process.pinned == "no":
            detail = f"process {process.pid} ({process.product}) started {process.model or 'a model'}: {process.pin}"
            found.append(finding("unpinned_start", detail))
    answering = {engine.port for engine in engines}
    for address in inventory.silent_upstreams(answering):
        found.append(
            finding("upstream_not_answering", f"the upstream {address} of the configuration does not answer as an engine")
        )
    for socket in sockets:
        owner = next((process for process in processes if process.pid == socket.pid), None)
        if owner is not None and socket.port not in answering and socket.port not in inventory.own_ports:
            detail = (
                f"{owner.product} (process {owner.pid}) listens on {socket.address}:{socket.port} and did not answer as an engine"
            )
            found.append(finding("engine_silent", detail))
    return tuple(found)


def _engine(engine: FoundEngine, sockets: Sequence[Listening], inventory: Inventory) -> Iterator[Finding]:
    where = f"{engine.product} on port {engine.port}"
    if not inventory.names_upstream(engine.port):
        yield finding("engine_not_upstream", f"{where} answers but no upstream in the configuration names it")
    open_wide = [socket.address for socket in sockets if socket.port == engine.port and socket.reachable_from_network]
    if open_wide:
        yield finding("engine_reachable_from_network", f"{where} is bound to {', '.join(open_wide)}: reachable past the gateway")
    if engine.key != "required":
        key = "without a key" if engine.key == "not_required" else "and it is not known whether it wants a key"
        yield finding("engine_reachable_directly", f"{where} was asked from this machine, past the gateway, {key}")
    for model in engine.models:
        yield from _served(model, where, inventory)


def _served(model: ServedModel, where: str, inventory: Inventory) -> Iterator[Finding]:
    if model.name.endswith("cloud") and "ollama" in where:
        yield finding("remote_name", f"{where} serves {model.name}: the ending makes requests leave the machine")
    if model.digest is not None:
        if model.digest not in inventory.revisions | inventory.artifacts:
            yield finding("served_model_without_record", f"{where} serves {model.name} with {model.digest}")
        return
    if model.path is None or not model.path.startswith("/"):
        yield finding("served_model_not_tied", f"{where} serves {model.name} and states no digest and no path", model.path)
        return
    digest = inventory.digest_of(model.path)
    if digest is not None and digest not in inventory.artifacts:
        yield finding("served_model_without_record", f"{where} serves {model.name} with {digest}", model.path)
    elif digest is None and not inventory.covers(model.path):
        yield finding("served_model_without_record", f"{where} serves {model.name} from a place no record covers", model.path)
