"""Shown by the programs people use: a browser, and a PDF made by Typst. Letters stay in their nodes, and nothing is refused."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdf
import pytest
import typst

from proofbook.diagrams.drawing import draw
from proofbook.diagrams.layout import lay_out
from proofbook.diagrams.palette import style_sheet
from proofbook.diagrams.paper import sheet_for
from support.sample_diagram import DIAGRAM, small

CHROMIUM = shutil.which("chromium")
_SPILLED = """() => [...document.querySelectorAll('svg g')].flatMap(group => {
  const shape = group.querySelector('rect.entity, rect.process, rect.store');
  if (!shape) return [];
  const box = shape.getBBox();
  return [...group.querySelectorAll('text')].filter(text => {
    const own = text.getBBox();
    return own.x < box.x || own.x + own.width > box.x + box.width || own.y < box.y || own.y + own.height > box.y + box.height;
  }).map(text => text.textContent);
})"""


@pytest.mark.real
@pytest.mark.real
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_keeps_letters_in_their_nodes_and_reports_nothing(tmp_path: Path) -> None:
    """With the fonts this machine has, under a policy that allows a style sheet of its own and nothing else."""
    from playwright.sync_api import sync_playwright

    (tmp_path / "style.css").write_text(style_sheet(), "utf-8")
    policy = "default-src 'none'; style-src 'self' file:"
    (tmp_path / "page.html").write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<link rel="stylesheet" href="style.css">{draw(DIAGRAM, lay_out(DIAGRAM), theme="page")}',
        "utf-8",
    )
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "page.html").as_uri())
        spilled = page.evaluate(_SPILLED)
        ground = page.evaluate("() => getComputedStyle(document.querySelector('svg .paper')).fill")
        browser.close()
    assert said == []
    assert spilled == []
    assert ground == "rgb(26, 28, 30)"


@pytest.mark.real
@pytest.mark.parametrize("label", [None, "<b>\u202e検証🙂 ünï"])
def test_typst_takes_the_picture_into_an_archivable_pdf(tmp_path: Path, label: str | None) -> None:
    """PDF/A-3a and PDF/UA-1 as declared by Typst, letters still letters, one page, the same bytes twice."""
    diagram = DIAGRAM if label is None else small(label)
    layout = lay_out(diagram)
    sheet = sheet_for(layout)
    (tmp_path / "picture.svg").write_text(draw(diagram, layout, theme="print"), "utf-8")
    (tmp_path / "page.typ").write_text(
        '#set document(title: "Sample", date: datetime(year: 2026, month: 1, day: 1))\n'
        f'#set page(paper: "{sheet.paper}", flipped: {str(sheet.flipped).lower()}, margin: 16mm)\n'
        '= Data flows\n#image("picture.svg", width: 100%, height: 90%, fit: "contain", alt: "Data flows")\n',
        "utf-8",
    )
    made = [
        typst.compile(
            tmp_path / "page.typ", format="pdf", ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"], timestamp=1767225600
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    pages = pypdf.PdfReader(io.BytesIO(made[0])).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert ("Inference engine" in text and "TB-3" in text) if label is None else "ünï" in text
