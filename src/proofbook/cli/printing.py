"""What a terminal is shown: plain lines, tables, JSON; and the one table from error to exit code.

Results go to standard output, talk to standard error. Whatever came from outside (model names, file names, prompts never) is
shown with control characters escaped, so that it cannot move the cursor or recolour a screen. `--json` prints one JSON document
and nothing else on standard output.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from proofbook.errors import InputError, ProofbookError

if TYPE_CHECKING:  # drawing takes longer to import than most commands to run
    from rich.progress import Progress, TaskID

EXIT_BUG: Final = 1
_PIPE_WIDTH: Final = 100_000
"""No table is this wide: a pipe gets every row on one line."""
_BAR_NAME: Final = 40


def show_safe(text: object) -> str:
    """Text with everything that is not printable escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in str(text))


def say(text: str) -> None:
    """A line of talk, on standard error."""
    click.echo(show_safe(text), err=True)


def print_lines(lines: Iterable[str]) -> None:
    """Lines of result. On a terminal a long one is wrapped below its own beginning."""
    width = _terminal_width()
    for line in lines:
        for part in _wrap(show_safe(line), width):
            click.echo(part)


def print_heading(heading: str, colour: str | None = None) -> None:
    """A heading after an empty line; on a terminal it stands out, and says in words what its colour says."""
    click.echo()
    for part in _wrap(show_safe(heading), _terminal_width()):
        click.secho(part, bold=True, fg=colour)


def print_json(value: Any) -> None:
    """One JSON document of result."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_facts(facts: Sequence[tuple[str, object]], *, indent: str = "") -> None:
    """Name and value, one a line, values aligned; a value that is a list or tuple takes a line for each item."""
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        values = value if isinstance(value, list | tuple) else [value]
        for number, each in enumerate(values):
            click.echo(f"{indent}{(name if number == 0 else '').ljust(width)}  {show_safe(each)}")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as it needs to be; a terminal that is narrower gets cells of several lines, a pipe gets it whole."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(show_safe("" if cell is None else cell)) for cell in row))
    console = Console(width=_terminal_width() or _PIPE_WIDTH)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _wrap(line: str, width: int | None) -> list[str]:
    """The line in parts of at most `width`; the later ones stand two columns further in than the first."""
    if width is None or len(line) <= width:
        return [line]
    hanging = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False) or [line]


class Bar:
    """A progress bar on standard error; silent when that is not a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def update(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Show that `done` of `total` is done; `what` renames the work."""
        name = None if what is None else show_safe(what)[-_BAR_NAME:]
        self._progress.update(self._task, completed=done, total=total, description=name)


@contextmanager
def progress_bar(what: str, total: int | None = None, *, in_bytes: bool = False) -> Iterator[Bar]:
    """A bar for long work."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    talk = Console(stderr=True, highlight=False)
    name, count = TextColumn("{task.description}", markup=False), DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (name, BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal) as progress:
        yield Bar(progress, progress.add_task(what, total=total))


def write_result(path: Path, content: bytes) -> None:
    """A result into the file the operator named. Raises InputError when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}", hint="name a file in a folder that exists") from error


def print_error(error: ProofbookError, *, as_json: bool) -> int:
    """Say what is wrong and what fixes it; the exit code."""
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "hint": error.hint, "exit": error.exit_code}})
    else:
        click.echo(click.style("error: ", fg="red", bold=True, reset=True) + show_safe(error.message), err=True)
        if error.hint:
            click.echo("  fix: " + show_safe(error.hint), err=True)
    return error.exit_code
