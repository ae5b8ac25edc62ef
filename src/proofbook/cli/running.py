"""`proofbook up`, `gateway`, `portal`: what runs until it is told to stop. A wrong setting is told before anything is loaded."""

from __future__ import annotations

import sys

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import say
from proofbook.wiring.home import open_home
from proofbook.wiring.supervising import run_both


@click.command()
@click.pass_obj
def up(shared: Shared) -> None:
    """Run the gateway and the page until Ctrl-C. When one of them ends, the other is stopped."""
    open_home(shared.home)
    sys.exit(run_both(shared.home, say))


@click.command()
@click.pass_obj
def gateway(shared: Shared) -> None:
    """Run the recording gateway alone. Its logs go to standard error and hold no content."""
    home = open_home(shared.home)
    from proofbook.wiring.gateway import run_gateway
    from proofbook.wiring.logs import start_logging

    start_logging()
    run_gateway(home, ready=lambda address: say(f"gateway: listening on http://{address[0]}:{address[1]}/v1"))


@click.command()
@click.pass_obj
def portal(shared: Shared) -> None:
    """Run the read-only page alone. It prints the address to open; without the key in it nothing is shown."""
    home = open_home(shared.home)
    from proofbook.wiring.logs import start_logging
    from proofbook.wiring.portal import run_portal

    start_logging()
    run_portal(home, ready=lambda url: say(f"page: open {url}"))
