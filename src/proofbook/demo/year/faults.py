"""All faults that are planted, and the findings they must lead to."""

from __future__ import annotations

from typing import Final

from proofbook.demo.year import faults_access, faults_models, faults_operation, faults_populations
from proofbook.demo.year.fault import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *faults_access.FAULTS, *faults_models.FAULTS, *faults_operation.FAULTS, *faults_populations.FAULTS
)  # fmt: skip
