"""`proofbook up`, `gateway`, `portal`: what runs until it is told to stop. A wrong setting is told before anything is loaded."""

from __future__ import annotations

import sys

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, say
from proofbook.errors import ConfigurationError
from proofbook.wiring.home import open_home
from proofbook.wiring.parts import end_with_parent, supervised
from proofbook.wiring.sparing import import_logging
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


@click.group(invoke_without_command=True)
@click.option("--worker", is_flag=True, hidden=True, help="Serve for another process that writes the book.")
@click.pass_context
def gateway(context: click.Context, worker: bool) -> None:
    """Run the recording gateway alone. Its logs go to standard error and hold no content.

    SIGTERM lets open exchanges finish; SIGHUP, or `proofbook gateway reload`, reads proofbook.toml anew.
    """
    if context.invoked_subcommand is not None:
        return
    end_with_parent()
    shared: Shared = context.obj
    home = open_home(shared.home)
    import_logging()
    from proofbook.wiring.gateway import run_gateway
    from proofbook.wiring.logs import start_logging

    start_logging()
    settings = home.settings.gateway
    if settings is not None and settings.workers > 1 and not worker:
        from proofbook.wiring.workers import run_workers

        sys.exit(run_workers(home, ready=lambda address: _announce("gateway: listening on ", address)))
    scheme = "http" if settings is None or settings.tls is None else "https"
    run_gateway(home, worker=worker, ready=lambda at: _announce("gateway: listening on ", f"{scheme}://{_authority(*at)}/v1"))


@gateway.command()
@click.pass_obj
def reload(shared: Shared) -> None:
    """Have the running gateway read proofbook.toml anew. Exchanges under way end under the old settings.

    Settings that are wrong, or that need a restart, are refused: the old ones stay in force, and the command says why.
    """
    home = open_home(shared.home)
    from proofbook.wiring.reloading import reload_gateway

    found = reload_gateway(home)
    if shared.json:
        print_json({"config": found.config, "processes": list(found.sources)})
        return
    print_lines([f"The gateway's settings are those of the file now: {found.config}"])


@click.command()
@click.option("--name", metavar="NAME", help="Which of [[capture.litellm]]; the only one when left out.")
@click.pass_obj
def guardrail(shared: Shared, name: str | None) -> None:
    """Run the endpoint that a LiteLLM proxy calls before and after each model call. Its logs go to standard error."""
    end_with_parent()
    home = open_home(shared.home)
    import_logging()
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


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
