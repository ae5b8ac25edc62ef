"""`proofbook config …`: check the settings, explain one."""

from __future__ import annotations

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines
from proofbook.config import loading
from proofbook.wiring.home import open_home


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
    facts = {
        "entity": home.settings.entity,
        "origin": identity.origin,
        "configuration": home.config_digest,
        "systems": [] if home.settings.gateway is None else [each.id for each in home.settings.gateway.systems],
        "upstreams": [] if home.settings.gateway is None else [each.base_url for each in home.settings.gateway.upstreams],
        "engagements": [each.id for each in home.settings.engagements],
        "fence": str(home.fence(identity.origin).path),
    }
    if shared.json:
        print_json(facts)
    else:
        print_facts(
            [(name, ", ".join(value) or "none configured" if isinstance(value, list) else value) for name, value in facts.items()]
        )


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
        print_lines([f"{each.key}  ({each.type}; {default})", *(f"    {line}" for line in each.text.splitlines())])
