"""What a discovery is told as: what was seen, one thing below the other, and each difference with what can be done about it.

States what to do, not whether it must be done: a difference may be just what the organisation wants. All texts come from outside
(process arguments, model names) and are escaped where they are printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from proofbook.records.provenance import DiscoveryRun, Finding

ADVICE: Final[Mapping[str, str]] = {
    "engine_not_upstream": "name it in [[gateway.upstreams]], or stop it: what it answers is not recorded",
    "engine_reachable_from_network": "let it listen on loopback, or on a network that only the gateway reaches",
    "engine_reachable_directly": "give it a key that only the gateway has (api_key_file), or keep other accounts from it",
    "connection_around_gateway": "find out who it is; keep others from the engine's port, or give it a key of the gateway's own",
    "connection_not_told": "look again as a user who may see the processes of this machine",
    "engine_silent": "find out what it serves; name it in [[gateway.upstreams]] if it is an engine",
    "upstream_not_answering": "start it, or take it out of [[gateway.upstreams]]",
    "service_wants_key": "if it is an engine, name it in [[gateway.upstreams]] with its api_key_file",
    "served_model_without_record": "record where its weights came from: `proofbook collect model_store PATH`",
    "served_model_not_tied": "its exchanges name no weights; an engine that states a path or a digest can be tied",
    "remote_name": "its prompts may leave this machine; serve a local model, or note the vendor",
    "remote_stub": "its prompts leave this machine when it is used; remove it, or note the vendor",
    "unpinned_start": "start it with an immutable revision or a file path, so that the same start gives the same weights",
    "model_without_record": "record it: `proofbook collect model_store`",
    "recorded_model_gone": "nothing, if it was removed on purpose; its record stays",
}
"""By code of a difference."""
_NAMES: Final = {
    "bound_to": "bound to",
    "models_or_weight_files": "models",
    "without_record": "without record",
    "not_required": "not required",
}


def describe_run(run: DiscoveryRun) -> Iterator[str]:
    """The lines of a discovery."""
    yield f"Host {run.host}, looked at from {run.started} to {run.ended}"
    yield from _things("Engines that answered", run.engines, ("address", "product", "build"))
    if run.connections is None:
        yield from ("", "Connections to engines around the gateway: not looked at")
    else:
        yield from _things("Connections to engines that are not known to be the gateway's", run.connections, ("port", "from"))
    yield from _things("Processes that look like engines", run.processes, ("pid", "product"))
    yield from _things("Accelerators", run.devices, ("kind", "presence"))
    yield from _things("Model stores", run.stores, ("kind", "path"))
    yield ""
    yield f"Differences from the inventory: {len(run.differences) or 'none among what was looked at'}"
    for code, findings in _by_code(run.differences).items():
        yield f"  {code} ({len(findings)})"
        yield from (f"    - {each.detail}" + ("" if each.path is None else f": {each.path}") for each in findings)
        if code in ADVICE:
            yield f"    What can be done: {ADVICE[code]}"
    yield ""
    yield "Not looked at"
    yield from (f"  - {each}" for each in run.not_looked_at)


def _things(title: str, rows: Sequence[Mapping[str, str]], heads: tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(rows) or 'none seen'}"
    for row in rows:
        yield "  " + "  ".join(row[head] for head in heads if row.get(head))
        rest = {_NAMES.get(key, key): _NAMES.get(value, value) for key, value in row.items() if key not in heads and value}
        width = max(map(len, rest), default=0)
        yield from (f"    {name.ljust(width)}  {value}" for name, value in rest.items())


def _by_code(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.code, []).append(each)
    return found
