"""The program: the group of commands, the home folder they share, and the boundary where errors become exit codes.

Exit codes: 0 ok, 2 configuration or usage, 3 bad input, 4 refused, 5 evidence does not check out, 6 unavailable, 70 halt,
130 stopped with Ctrl-C; 1 is a bug of ours.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from proofbook import __version__
from proofbook.cli.printing import print_error, say
from proofbook.errors import ConfigurationError, ProofbookError, UnavailableError

_COMMANDS: Final = {
    "init": "proofbook.cli.init:init",
    "demo": "proofbook.cli.demo:demo",
    "up": "proofbook.cli.running:up",
    "gateway": "proofbook.cli.running:gateway",
    "guardrail": "proofbook.cli.running:guardrail",
    "portal": "proofbook.cli.running:portal",
    "discover": "proofbook.cli.looking:discover",
    "collect": "proofbook.cli.looking:collect",
    "reconcile": "proofbook.cli.reconciling:reconcile",
    "key": "proofbook.cli.key:key",
    "user": "proofbook.cli.user:user",
    "token": "proofbook.cli.token:token",
    "access": "proofbook.cli.access:access",
    "content": "proofbook.cli.content:content",
    "due": "proofbook.cli.due:due",
    "exceptions": "proofbook.cli.due:exceptions",
    "answer": "proofbook.cli.answer:answer",
    "reconstruct": "proofbook.cli.reconstructing:reconstruct_command",
    "artifact": "proofbook.cli.artifact:artifact",
    "population": "proofbook.cli.population:population",
    "export": "proofbook.cli.evidence:export",
    "rollforward": "proofbook.cli.rolling:rollforward",
    "bridge": "proofbook.cli.rolling:bridge",
    "uploads": "proofbook.cli.uploading:uploads",
    "verify": "proofbook.cli.evidence:verify",
    "book": "proofbook.cli.book:book",
    "record": "proofbook.cli.record:record",
    "request": "proofbook.cli.requesting:request",
    "sample": "proofbook.cli.sampling:sample",
    "receipt": "proofbook.cli.receipts:receipt",
    "witness": "proofbook.cli.witness:witness",
    "config": "proofbook.cli.config:config",
}
"""Imported when called, so that `proofbook --help` and `verify` stay quick."""
EXIT_INTERRUPTED: Final = 130
_SEE_HELP: Final = "add --help to the command to see what it takes"
_LOOK_AT_IT: Final = "check that it is there, that this user may use it, and that the disk has space"


class UsageProblem(ConfigurationError):
    """A command line that no command understands."""

    code = "usage"


@dataclass(slots=True)
class Shared:
    """What every command is given."""

    home: Path
    json: bool


class _Lazy(click.Group):
    """A group that imports a command's module when the command is asked for, and turns our errors into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`--json` may also stand behind the command, where most people write it."""
        end = args.index("--") if "--" in args else len(args)
        if "--json" in args[:end]:
            args = ["--json", *(each for each in args[:end] if each != "--json"), *args[end:]]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProofbookError as error:
            sys.exit(print_error(error, as_json=bool(ctx.params.get("as_json"))))
        except click.UsageError as error:
            if not ctx.params.get("as_json"):
                raise
            sys.exit(print_error(UsageProblem(error.format_message(), hint=_SEE_HELP), as_json=True))
        except (KeyboardInterrupt, click.Abort):
            say("stopped")
            sys.exit(EXIT_INTERRUPTED)
        except BrokenPipeError:
            sys.exit(0)
        except OSError as error:
            told = UnavailableError(f"{error.filename or 'this machine'}: {error.strerror or error}", hint=_LOOK_AT_IT)
            sys.exit(print_error(told, as_json=bool(ctx.params.get("as_json"))))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PROOFBOOK_HOME",
    default=Path("proofbook-home"),
    show_default=True,
    help="Home folder: settings, keys, book.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON; may also stand behind the command.")
@click.version_option(__version__, prog_name="proofbook")
@click.pass_context
def main(ctx: click.Context, home: Path, as_json: bool) -> None:
    """The evidence book of companies that run language models on their own machines.

    Records what the models do, collects what is true around them, and hands over evidence that verifies offline.
    """
    ctx.obj = Shared(home, as_json)
