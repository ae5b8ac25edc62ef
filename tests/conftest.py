"""In CI nothing real may be missing quietly: a test that needs a real component and was skipped has failed.

Compiled modules are kept whatever the environment says: the suite starts hundreds of interpreters, and each would compile all anew.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # for workers and whatever else is started

os.environ["OPENPYXL_LXML"] = "False"  # whoever imports it first decides for the process, and the program wants it so

settings.register_profile("steady", deadline=None)  # a loaded machine is no finding
if os.environ.get("CI") != "true":  # there, hypothesis has a profile of its own: the same examples each time
    settings.load_profile("steady")

IN_CI = os.environ.get("CI") == "true"


def pytest_collection_finish() -> None:
    """What thousands of collected tests hold stays to the end: looking through it for garbage again and again is for nothing."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip of a test marked `real` into a failure with the same reason."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("real"):
        report.outcome = "failed"
        report.longrepr = f"required in CI: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turns the skip of a whole file into a failure: nobody can see which tests it took along."""
    report = yield
    if IN_CI and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"required in CI: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
