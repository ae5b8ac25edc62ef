"""A seeded sample redone outside the program, by the very text of the page that explains it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.drawing import Order, Seeded, draw
from proofbook.fieldwork.selecting import derive_ticket
from support.fieldwork_desk import ENGAGEMENT, NONCE, FieldworkDesk

PAGE = Path(__file__).parents[3] / "docs" / "audit" / "samples.md"


def block(language: str) -> str:
    """The one fenced block of a language on the page."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def test_the_script_of_the_page_draws_the_same_items(desk: FieldworkDesk) -> None:
    """An auditor with a seed redoes the selection from table, checkpoint and nonce; whole and by parts."""
    folder = desk.export()
    script = desk.folder / "redo.py"
    script.write_text(block("python"), "utf-8")
    command = [
        sys.executable,
        "-I",
        "-W",
        "ignore",
        str(script),
        str(folder / "interactions.csv"),
        "exchange",
        str(folder / "checkpoint"),
        NONCE,
    ]
    system = desk.draw_from(folder).exported.columns.index("system")
    value = (folder / "interactions.csv").read_text("utf-8").splitlines()[1].split(",")[system]
    for method, words in (
        (Seeded(NONCE, 5), ["5"]),
        (Seeded(NONCE, 0, "system", {value: 3}), ["3", f"system={value}"]),
    ):
        made = draw(desk.draw_from(folder), desk.act(Side.AUDITOR), Order(ENGAGEMENT, method), desk.ids)
        for seed in ("0", "1"):
            done = subprocess.run(
                [*command, *words], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed, "LC_ALL": "C"}
            )
            assert done.stdout.split() == ["seed", made.seed, *(each.item for each in made.items)]


def test_the_shell_lines_of_the_page_give_seed_and_ticket(desk: FieldworkDesk) -> None:
    """sha256sum and printf are enough to check one item."""
    folder = desk.export()
    made = draw(desk.draw_from(folder), desk.act(Side.AUDITOR), Order(ENGAGEMENT, Seeded(NONCE, 1)), desk.ids)
    item = made.items[0].item
    given = {"CHECKPOINT": str(folder / "checkpoint"), "TABLE": str(folder / "interactions.csv"), "NONCE": NONCE, "ITEM": item}
    done = subprocess.run(
        ["/bin/sh", "-c", block("sh")], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], **given}
    )
    assert made.seed is not None
    assert done.stdout.split() == [made.seed, derive_ticket(made.seed, item)]


def test_a_fresh_process_with_another_hash_seed_draws_the_same(desk: FieldworkDesk) -> None:
    """Nothing of the selection may hang on the order of a set or a dictionary."""
    program = (
        "from proofbook.fieldwork.selecting import Ranking\n"
        "ranking = Ranking('0' * 64, 7)\n"
        "[ranking.offer(f'x_{n}', n) for n in {f'{n}' for n in range(500)}]\n"
        "print(ranking.chosen())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
