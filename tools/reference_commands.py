"""The page of commands, from the program itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

_HEAD = """# Commands

One program, `proofbook`. Data goes to standard output, talk to standard error. Exit codes are those of the
[error tree](../formats/errors.md). `proofbook COMMAND --help` prints what stands here.
"""


def format_commands() -> str:
    """The page: every command in the order of the program, groups before their members."""
    from proofbook.cli.main import main

    lines = [_HEAD]
    for path, command in walk(main, ("proofbook",)):
        lines += [f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}", "", "```", _usage(path, command), "```", ""]
        lines += [inspect.cleandoc(command.help or ""), ""]
        rows = [row for parameter in command.params if (row := _row(parameter, command, path)) is not None]
        if rows:
            lines += ["| Option | Meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command with its path, then those below it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from walk(below, (*path, name))


def _usage(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(path))
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _row(parameter: click.Parameter, command: click.Command, path: tuple[str, ...]) -> str | None:
    if not isinstance(parameter, click.Option) or parameter.hidden:
        return None
    record = parameter.get_help_record(click.Context(command, info_name=" ".join(path)))
    if record is None:
        return None
    names, text = (each.replace("|", "\\|") for each in record)
    return f"| `{names}` | {' '.join(text.split())} |"
