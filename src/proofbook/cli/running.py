"""`proofbook up`, `gateway`, `portal`: what runs until it is told to stop. A wrong setting is told before anything is loaded."""

from __future__ import annotations

import sys

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, say
from proofbook.errors import ConfigurationError
from proofbook.wiring.home import open_home
from proofbook.wiring.parts import end_with_parent, supervised
from proofbook.wiring.supervising import Addresses, run_both


@click.command()
@click.pass_obj
def up(shared: Shared) -> None:
    """Run the gateway and the page until Ctrl-C. When one of them ends, the other is stopped.

    Prints their addresses once both listen, then what happens to them. Structured logs go to `log/` in the home folder; they hold
    no content.
    """
    home = open_home(shared.home)
    if home.settings.gateway is None:
        raise ConfigurationError(
            f"{home.path}: no [gateway] is configured", hint="add an upstream and a system to proofbook.toml"
        )

    def ready(found: Addresses) -> None:
        if shared.json:
            print_json({"gateway": found.gateway, "page": found.page, "logs": str(found.logs)})
            return
        print_lines(["Proofbook is up."])
        print_facts(
            [
                ("  gateway", f"{found.gateway}   (base URL for clients; they need a key: `proofbook key issue`)"),
                ("  page", found.page),
                ("  logs", f"{found.logs}/"),
                ("  stop", "Ctrl-C"),
            ]
        )

    sys.exit(run_both(home.path, ready=ready, say=say))


@click.command()
@click.pass_obj
def gateway(shared: Shared) -> None:
    """Run the recording gateway alone. Its logs go to standard error and hold no content."""
    end_with_parent()
    home = open_home(shared.home)
    from proofbook.wiring.gateway import run_gateway
    from proofbook.wiring.logs import start_logging

    start_logging()
    run_gateway(home, ready=lambda address: _announce("gateway: listening on ", f"http://{address[0]}:{address[1]}/v1"))


@click.command()
@click.option("--name", metavar="NAME", help="Which of [[capture.litellm]]; the only one when left out.")
@click.pass_obj
def guardrail(shared: Shared, name: str | None) -> None:
    """Run the endpoint that a LiteLLM proxy calls before and after each model call. Its logs go to standard error."""
    end_with_parent()
    home = open_home(shared.home)
    from proofbook.wiring.guarding import run_guardrail
    from proofbook.wiring.logs import start_logging

    start_logging()
    run_guardrail(home, name, ready=lambda address: _announce("guardrail: listening on ", f"http://{address[0]}:{address[1]}"))


@click.command()
@click.pass_obj
def portal(shared: Shared) -> None:
    """Run the read-only page alone. It prints the address to open; without the key in it nothing is shown."""
    end_with_parent()
    home = open_home(shared.home)
    from proofbook.wiring.logs import start_logging
    from proofbook.wiring.portal import run_portal

    start_logging()
    run_portal(home, ready=lambda url: _announce("page: open ", url))


def _announce(words: str, address: str) -> None:
    """To whoever started us: a person reads words, `up` an address on a pipe that no log keeps."""
    if supervised():
        click.echo(address)
    else:
        say(words + address)
