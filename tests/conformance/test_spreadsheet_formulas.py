"""Hostile text in a CSV of ours, opened by a spreadsheet of another maker, as its users in three places of the world have it set."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from proofbook.bundle.csv_table import format_row

pytestmark = pytest.mark.real
ADDED = ("1+1", "SUM(2;3)", '1&"x"', "-4-4")
TEXTS = tuple(
    f"{before}{sign}{rest}{after}"
    for before in ("", " ", '"', "a;", 'a;"', "a; ", "a\n", "a\r\n", "a\t", "a,", 'a";', ";", ";;", 'a;""')
    for sign in "=+-@\uff1d"
    for rest in ADDED
    for after in ("", ";b", "\n", '"')
)
PLAIN = b'id,text,z\r\n1,"a;=1+1;b",y\r\n2,"a\n=3+3;b",y\r\n'
"""The same without our apostrophes: what there is to find."""
_FORMULA = re.compile(r'table:formula="([^"]*)"')


def formulas(folder: Path, parted_at: str) -> dict[str, list[str]]:
    """What the spreadsheet takes for formulas in each CSV of a folder, when cells are parted at these characters."""
    office = shutil.which("soffice")
    assert office is not None, "install what tools/system_packages.sh names"
    setting = "/".join(str(ord(each)) for each in parted_at)
    home = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, home, "--headless", f"--infilter=CSV:{setting},34,76", "--convert-to", "fods", "--outdir", str(folder)]
    files = sorted(folder.glob("*.csv"))
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=120)
    made = {each.stem: each.with_suffix(".fods").read_text("utf-8") for each in files}
    return {name: [unescape(each) for each in _FORMULA.findall(text)] for name, text in made.items()}


def table(texts: tuple[str, ...]) -> bytes:
    """Each text as the first, as a middle and as the last cell of a row."""
    rows = (row for text in texts for row in ((text, "y", 1), ("x", text, 2), (3, "z", text)))
    return b"".join(map(format_row, (("a", "b", "c"), *rows)))


@pytest.mark.parametrize(("parted_at", "found"), [(",", []), (";\t", ["of:=1+1", "of:=3+3"])], ids=["commas", "semicolons"])
def test_no_text_becomes_a_formula_however_cells_are_parted(tmp_path: Path, parted_at: str, found: list[str]) -> None:
    """A prompt must not run on the desk of whoever reads the evidence. Beside it the same without apostrophes, which does."""
    (tmp_path / "ours.csv").write_bytes(table(TEXTS))
    (tmp_path / "plain.csv").write_bytes(PLAIN)
    assert formulas(tmp_path, parted_at) == {"ours": [], "plain": found}
