"""Documents and tables of a room, read by programs that are not ours: poppler, qpdf, pyHanko, DuckDB, LibreOffice."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from support.sampled_room import eventful_room

pytestmark = pytest.mark.real
POPULATION = "04_Populations/POP-15_ai-interactions"
_SUSPECTS = "Syntax Error: Suspects object is wrong type (boolean)\n"
"""What poppler says of every document that declares, as ISO 32000-1 table 321 has it, that none of its tags are suspect."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A room with a little of everything."""
    with eventful_room(tmp_path_factory.mktemp("documents")) as (_, made):
        yield made


@pytest.fixture(scope="module")
def documents(room: Path) -> list[Path]:
    """Every PDF of it."""
    found = sorted(room.rglob("*.pdf"))
    assert len(found) > 10
    return found


def test_poppler_finds_titled_tagged_documents_without_scripts(documents: list[Path]) -> None:
    """What a screen reader needs to begin with, and nothing that runs when a reviewer opens one."""
    program = shutil.which("pdfinfo")
    assert program is not None, "install what tools/system_packages.sh names"
    for each in documents:
        said = subprocess.run([program, str(each)], check=True, capture_output=True, text=True, timeout=60)
        facts = dict(re.findall(r"^([A-Za-z ]+): +(.*)$", said.stdout, re.MULTILINE))
        assert said.stderr.replace(_SUSPECTS, "") == "", each
        assert facts["Title"], each
        assert (facts["Tagged"], facts["JavaScript"], facts["Encrypted"]) == ("yes", "no", "no"), each
        assert int(facts["Pages"]) > 0


def test_qpdf_finds_nothing_wrong_and_every_declaration(documents: list[Path]) -> None:
    """Structure, cross references and streams; and that each declares PDF/A-3 with a language. Its library, under pikepdf."""
    for each in documents:
        with pikepdf.open(each) as opened:
            assert opened.check_pdf_syntax() == [], each
            assert str(opened.Root.Lang), each
            assert opened.Root.MarkInfo.Marked, each
            assert opened.open_metadata().pdfa_status.startswith("3"), each


def test_pyhanko_walks_every_object(documents: list[Path]) -> None:
    """A strict reader resolves each object of each document."""
    for each in documents:
        with each.open("rb") as stream:
            reader = PdfFileReader(stream, strict=True)
            assert int(reader.root["/Pages"]["/Count"]) > 0, each
            for reference in reader.xrefs.explicit_refs_in_revision(0):
                assert reader.get_object(reference) is not None, each  # type: ignore[no-untyped-call]


def test_duckdb_reads_every_table_as_python_does(room: Path) -> None:
    """Quotes, line ends and commas inside of cells: RFC 4180 as a database understands it, cell for cell."""
    tables = [each for each in sorted(room.rglob("*.csv")) if each.stat().st_size]
    assert len(tables) > 30
    for each in tables:
        with each.open(newline="", encoding="utf-8") as text:
            ours = list(csv.reader(text))
        read = "SELECT * FROM read_csv(?, header = false, all_varchar = true, auto_detect = false, columns = ?, quote = '\"', "
        read += "escape = '\"', delim = ',', nullstr = '\\x00', parallel = false, max_line_size = 16777216)"
        columns = {f"c{number}": "VARCHAR" for number in range(len(ours[0]))}
        found = duckdb.execute(read, [str(each), columns]).fetchall()
        assert [tuple(cell or "" for cell in row) for row in found] == [tuple(row) for row in ours], each


def test_libreoffice_reads_the_table_of_interactions(room: Path, tmp_path: Path) -> None:
    """The same cells, as text, as a reviewer without any tool of ours opens it."""
    office = shutil.which("soffice")
    assert office is not None, "install what tools/system_packages.sh names"
    source = room / POPULATION / "interactions.csv"
    with source.open(newline="", encoding="utf-8") as text:
        ours = list(csv.reader(text))
    as_text = "/".join(f"{number + 1}/2" for number in range(len(ours[0])))
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", f"--infilter=CSV:44,34,76,1,{as_text}"]
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)})
    with (tmp_path / "interactions.csv").open(newline="", encoding="utf-8") as text:
        assert list(csv.reader(text)) == ours
