"""`proofbook config …`: check the settings, explain one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, say
from proofbook.config import loading
from proofbook.wiring.beside import describe_outside
from proofbook.wiring.home import open_home
from proofbook.wiring.identities import describe_identities

if TYPE_CHECKING:
    from proofbook.wiring.examining import Examined


@click.group()
def config() -> None:
    """Settings in proofbook.toml: check them, explain one."""


@config.command()
@click.pass_obj
def check(shared: Shared) -> None:
    """Read the settings and keys, and say what is wrong, or what is in force."""
    home = open_home(shared.home)
    identity = home.identity()
    home.signer()
    home.vault_key()
    settings, gateway = home.settings, home.settings.gateway
    found: Examined | None = None
    if gateway is not None:
        from proofbook.wiring.examining import examine_gateway

        found = examine_gateway(home)
    facts: dict[str, str | list[str]] = {
        "entity": settings.entity,
        "origin": identity.origin,
        "verifier key": identity.vkey,
        "settings digest": home.config_digest,
        "gateway": "not configured" if gateway is None or found is None else found.address,
        "engines": [] if gateway is None else [f"{each.name}: {each.base_url} ({each.product})" for each in gateway.upstreams],
        "systems": []
        if gateway is None
        else [
            f"{each.id}: {each.name}, environment {each.environment}, on {', '.join(each.engines)}" for each in gateway.systems
        ],
        "identities": [] if gateway is None else [line for lines in describe_identities(gateway).values() for line in lines],
        "running": [] if found is None else list(found.running),
        "page": f"http://{settings.portal.host}:{settings.portal.port}/",
        "models": [*settings.models.paths, *(["the well-known stores of this user"] if settings.models.well_known else [])],
        "content due": f"after {settings.retention.default_days} days",
        "engagements": [f"{each.id}: {each.first} to {each.last}, {each.zone}" for each in settings.engagements],
        "fence": str(home.fence(identity.origin).path),
    }
    facts |= describe_outside(settings)
    if settings.witnesses or settings.timestamps:
        from proofbook.wiring.anchoring import make_rounds

        make_rounds(home, lambda _draft: None)  # reads every certificate file that the settings name
    if shared.json:
        print_json(facts)
    else:
        print_facts([(name, value or ("none" if name == "running" else "none configured")) for name, value in facts.items()])
        for each in () if found is None else found.findings:
            say(f"finding: {each}")
        say("Settings and keys can be read and belong together.")


@config.command()
@click.argument("key", required=False)
@click.pass_obj
def explain(shared: Shared, key: str | None) -> None:
    """What a setting means, its unit and default; every setting without KEY."""
    found = loading.explain(key)
    if shared.json:
        print_json([{"key": each.key, "type": each.type, "default": each.default, "text": each.text} for each in found])
        return
    for each in found:
        default = "required" if each.default is None else f"default {each.default}"
        print_lines([f"{each.key}  ({each.type}; {default})", *(f"  {line}" for line in each.text.splitlines())])
