"""Machine forms of a room, read by programs that are not ours: compliance-trestle, the CycloneDX schema, LibreOffice."""

from __future__ import annotations

import csv
import importlib
import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.sampled_room import eventful_room

MACHINE = "12_Machine_forms"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A room with a little of everything."""
    with eventful_room(tmp_path_factory.mktemp("forms")) as (_, made):
        yield made


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_bytes())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "module", "model"),
    [
        ("component-definition", "component", "ComponentDefinition"),
        ("assessment-plan", "assessment_plan", "AssessmentPlan"),
        ("assessment-results", "assessment_results", "AssessmentResults"),
        ("plan-of-action", "poam", "PlanOfActionAndMilestones"),
    ],
)
def test_trestle_reads_each_oscal_document(room: Path, name: str, module: str, model: str) -> None:
    """Its models refuse unknown fields, missing ones, and values without their form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = getattr(importlib.import_module(f"trestle.oscal.{module}"), model)
        found = kind.oscal_read(room / MACHINE / "oscal" / f"{name}.json")
    assert "1.1.3" in str(found.metadata.oscal_version)


def test_oscal_speaks_for_nobody_else(room: Path) -> None:
    """Observations only: a finding or an objective's status would be the auditor's to state (soc2.md 15.2)."""
    text = (room / MACHINE / "oscal" / "assessment-results.json").read_text()
    result = json.loads(text)["assessment-results"]["results"][0]
    assert "findings" not in result
    assert "satisfied" not in text
    plan = read(room / MACHINE / "oscal" / "assessment-plan.json")["assessment-plan"]
    assert "Self-assessment" in plan["metadata"]["title"]


@pytest.mark.filterwarnings("ignore")
def test_the_bill_of_materials_follows_its_schema(room: Path) -> None:
    """Against the published schema, without anything it does not name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        text = (room / MACHINE / "models.cdx.json").read_text()
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        broken = text.replace('"machine-learning-model"', '"sample-no-such-type"')
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None
    assert [each["type"] for each in json.loads(text)["components"]] == ["machine-learning-model"]


def test_spdx_has_the_fields_that_its_specification_asks_for(room: Path) -> None:
    """SPDX 2.3, clauses 6 and 7."""
    document = read(room / MACHINE / "models.spdx.json")
    assert document["spdxVersion"] == "SPDX-2.3"
    assert {"dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"} <= document.keys()
    for package in document["packages"]:
        assert {"SPDXID", "name", "downloadLocation"} <= package.keys()
        assert package["filesAnalyzed"] is False


def test_names_of_uploads_say_what_a_file_is_and_occur_once(room: Path) -> None:
    """A platform shows the name and little else (soc2.md 15.4)."""
    rows = list(csv.DictReader((room / MACHINE / "uploads.csv").read_text().splitlines()))
    names = [each["upload_name"] for each in rows]
    assert len(set(names)) == len(names) > 0
    assert all(len(each) <= 120 and each.isascii() and " " not in each for each in names)
    assert all((room / each["path"]).is_file() for each in rows)


@pytest.mark.real
def test_libreoffice_opens_the_workbook_and_finds_the_same_table(room: Path, tmp_path: Path) -> None:
    """A spreadsheet program that is not ours reads every sheet; text is text, numbers are numbers."""
    office = shutil.which("soffice")
    assert office is not None, "install what tools/system_packages.sh names"
    population = room / "04_Populations" / "POP-15_ai-interactions"
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, home, "--headless", "--convert-to", sheets, "--outdir", str(tmp_path), str(population / "population.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)})
    made = list(csv.DictReader((tmp_path / "population-interactions.csv").read_text().splitlines()))
    ours = list(csv.DictReader((population / "interactions.csv").read_text().splitlines()))
    assert [each["entry"] for each in made] == [each["entry"] for each in ours]
    assert [each["index"] for each in made] == [each["index"] for each in ours]
    assert (tmp_path / "population-Header.csv").is_file()
