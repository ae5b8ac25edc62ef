"""`proofbook population`: which populations there are, and one of them, whole, with its evidence header.

Promises: what is written out is recorded in the book like every export; printing a table says on the other channel how complete
it is shown to be. Hostile input: InputError, ConfigurationError or RefusedError saying what to do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

from proofbook.cli.artifact import parse_moment
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, print_table, progress_bar, say
from proofbook.errors import InputError
from proofbook.export.custom import parse_custom
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.room import ExportedPopulation
from proofbook.wiring.exporting import export_custom_population, export_one_population
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door


@click.command(short_help="List the populations, or write one with its evidence header.")
@click.argument("population", metavar="[POP]", required=False)
@click.option("--engagement", help="Id of an engagement, recorded or in proofbook.toml.")
@click.option("--out", type=click.Path(path_type=Path), help="New folder for data, evidence header, definition and column list.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), help="Print one table instead, in this form.")
@click.option("--table", help="With --format: which table; default: the first, that of the items.")
@click.option("--as-of", metavar="MOMENT", help="As the newest checkpoint signed by then has it. A day means its end, UTC.")
@click.option(
    "--as-of-size",
    type=click.IntRange(min=1),
    help="State of the book at this signed size; default: the first one signed after the period, else the newest.",
)
@click.option(
    "--custom", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="File with a reviewed SELECT, in place of POP."
)
@click.pass_obj
def population(
    shared: Shared,
    population: str | None,
    engagement: str | None,
    out: Path | None,
    form: str | None,
    table: str | None,
    as_of: str | None,
    as_of_size: int | None,
    custom: Path | None,
) -> None:
    """List the populations, or write one with its evidence header, as CSV and as JSON.

    Without POP the populations are listed. POP is one of POP-01 to POP-30; with --custom a question of your own is asked instead.
    For proof that the rows are those of the book, take the evidence room (`proofbook export`).
    """
    if population is None and custom is None:
        _list(shared)
        return
    if engagement is None or (population is None) == (custom is None) or (out is None) == (form is None):
        raise click.UsageError("name POP (or --custom FILE), --engagement, and either --out or --format")
    if as_of is not None and as_of_size is not None:
        raise click.UsageError("--as-of and --as-of-size say the same thing twice")
    chosen = _Chosen(shared, population, custom, engagement, as_of, as_of_size)
    if out is not None:
        _tell(shared, chosen.write(out.absolute()), out)
        return
    place = Path(tempfile.mkdtemp(prefix="proofbook-"))
    try:
        made = chosen.write(place / "population")
        _print(
            made, place / "population", "rows" if custom else table or load_definition(made.population).tables[0].name, str(form)
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Chosen:
    """What is to be written."""

    def __init__(
        self, shared: Shared, population: str | None, custom: Path | None, engagement: str, as_of: str | None, size: int | None
    ) -> None:
        self._shared = shared
        self._population = population
        self._custom = None if custom is None else parse_custom(custom.read_bytes())
        self._engagement = engagement
        self._moment = None if as_of is None else parse_moment(as_of)
        self._size = size

    def write(self, out: Path) -> ExportedPopulation:
        """Writes it; nothing lies at `out` before all does."""
        home = open_home(self._shared.home)
        with open_door(home) as door, progress_bar("population") as bar:
            if self._custom is not None:
                return export_custom_population(
                    home, door.recorder, self._custom, self._engagement, out, as_of_size=self._size, as_of=self._moment
                )
            return export_one_population(
                home,
                door.recorder,
                str(self._population),
                self._engagement,
                out,
                as_of_size=self._size,
                as_of=self._moment,
                progress=lambda what, done, of: bar.update(done, of, what),
            )


def _list(shared: Shared) -> None:
    definitions = [load_definition(each) for each in POPULATIONS]
    if shared.json:
        rows = [
            {
                "population": each.population,
                "title": each.title,
                "unit": each.unit,
                "report": f"{each.id}/{each.version}",
                "logic_sha256": each.logic_sha256,
                "controls": list(each.controls),
                "tables": [table.name for table in each.tables],
            }
            for each in definitions
        ]
        print_json({"populations": rows})
        return
    print_table(
        ("population", "what it is a list of", "one item", "tables"),
        [(each.population, each.title, each.unit, ", ".join(table.name for table in each.tables)) for each in definitions],
    )
    say("")
    say("Write one: proofbook population POP-15 --engagement ID --out FOLDER; all of them: proofbook export")


def _tell(shared: Shared, made: ExportedPopulation, out: Path) -> None:
    facts = {
        "population": made.population,
        "rows": made.rows,
        "completeness": made.completeness.replace("_", " "),
        "folder": str(out),
    }
    if shared.json:
        print_json(facts | {"reasons": list(made.reasons)})
        return
    print_facts(list(facts.items()))
    print_lines(f"  {reason}" for reason in made.reasons)


def _print(made: ExportedPopulation, folder: Path, table: str, form: str) -> None:
    """One table as it is in the folder, byte for byte; what is known of its completeness goes to the other channel."""
    path = folder / f"{table}.{form}"
    names = sorted(each.stem for each in folder.glob(f"*.{form}") if each.stem not in {"columns", "header", "definition"})
    if table not in names:
        raise InputError(f"{made.population} has no table {table[:40]!r}", hint=f"its tables: {', '.join(names)}")
    with path.open("rb") as rows:
        shutil.copyfileobj(rows, sys.stdout.buffer)
    sys.stdout.flush()
    words = made.completeness.replace("_", " ")
    click.echo(f"{made.population} {table}: completeness {words}", err=True)
    for reason in made.reasons:
        click.echo(f"  - {reason}", err=True)
