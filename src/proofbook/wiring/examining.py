"""What `config check` says of the gateway: where it listens and how, what an auditor would ask about, and what runs of it now."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.gateway.running.listening import is_exposed
from proofbook.gateway.settings import GatewaySettings
from proofbook.wiring.gateway import check_gateway, describe_tls
from proofbook.wiring.home import Home
from proofbook.wiring.posts import Standing, read_posts


@dataclass(frozen=True, slots=True)
class Examined:
    """The gateway's settings, and its processes."""

    address: str
    findings: tuple[str, ...]
    """What is set so that content can be read by others, in sentences."""
    running: tuple[str, ...]
    """A line for each process: whether it has the settings of the file."""


def examine_gateway(home: Home) -> Examined:
    """Read what the settings name, and look who runs. Raises ConfigurationError as the gateway itself would."""
    settings = check_gateway(home)
    scheme = "http" if settings.tls is None else "https"
    leading, serving = read_posts(home.run, settings.name, "lead"), read_posts(home.run, settings.name)
    return Examined(
        f"{scheme}://{settings.host}:{settings.port}/v1   ({describe_tls(settings)})",
        tuple(_findings(settings)),
        (
            *(_line(each, "leads and writes the book", home.config_digest) for each in leading),
            *(_line(each, each.source, home.config_digest) for each in serving),
        ),
    )


def _findings(settings: GatewaySettings) -> list[str]:
    found: list[str] = []
    if settings.tls is None and is_exposed(settings.host):
        found.append(f"the gateway listens on {settings.host} without TLS: keys and content can be read on the network")
    if settings.metrics is not None and is_exposed(settings.metrics.host):
        found.append(f"the gateway's figures can be read from other machines, at {settings.metrics.host}")
    found += [
        f"engine {each.name!r} is on another machine and is reached without TLS: content can be read on the network"
        for each in settings.upstreams
        if not each.secure and is_exposed(each.address[0])
    ]
    return found


def _line(standing: Standing, what: str, digest: str) -> str:
    told = standing.told
    who = f"process {standing.pid}, {what}"
    if told.get("config") is None:
        return f"{who}: starting"
    state = str(told.get("state")).replace("_", " ")
    same = "with these settings" if told["config"] == digest else "with other settings than the file has now"
    refused = f"; the last reload was refused: {told['refused']}" if told.get("reload") == "refused" else ""
    return f"{who}: {state}, {same}{refused}"
