"""The table of kept records: kinds of which people (or their programs) write every version, in the order of the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from proofbook.records.table import KindTable

if TYPE_CHECKING:
    from proofbook.records.record import Record

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "engagement": "inventory:Engagement",
        "ai_system": "inventory:AiSystem",
        "inventory.review": "inventory:InventoryReview",
        "discovery.review": "inventory:DiscoveryReview",
        "access.grant": "access:AccessGrant",
        "access.revocation": "access:AccessRevocation",
        "access.review": "access:AccessReview",
        "roster.change": "access:RosterChange",
        "log_access.review": "access:LogAccessReview",
        "data_flow": "flows:FlowDiagram",
        "index.manifest": "flows:IndexManifest",
        "index.build": "flows:IndexBuild",
        "model.approval": "models:ModelApproval",
        "upstream.event": "models:UpstreamEvent",
        "upstream.decision": "models:UpstreamDecision",
        "change": "models:Change",
        "evaluation.standard": "evaluation:EvaluationStandard",
        "evaluation.suite": "evaluation:EvaluationSuite",
        "evaluation.run": "evaluation:EvaluationRun",
        "incident.real": "incidents:RealIncident",
        "incident.near_miss": "incidents:NearMiss",
        "incident.exercise": "incidents:Exercise",
        "alert.triage": "incidents:AlertTriage",
        "vendor": "vendors:Vendor",
        "vendor.review": "vendors:VendorReview",
        "policy": "governance:Policy",
        "policy.acknowledgement": "governance:PolicyAcknowledgement",
        "training": "governance:Training",
        "approved_tool": "governance:ApprovedTool",
        "tool.request": "governance:ToolRequest",
        "waiver": "governance:Waiver",
        "risk": "governance:Risk",
        "risk.assessment": "governance:RiskAssessment",
        "decision.request": "oversight:DecisionRequest",
        "decision.review": "oversight:DecisionReview",
        "spot_check": "oversight:SpotCheck",
        "availability.report": "reliability:AvailabilityReport",
        "outage": "reliability:Outage",
        "capacity.review": "reliability:CapacityReview",
        "backup.run": "reliability:BackupRun",
        "restore.test": "reliability:RestoreTest",
        "egress.rule": "boundary:EgressRule",
        "egress.review": "boundary:EgressReview",
        "boundary.test": "boundary:BoundaryTest",
        "disposal": "boundary:Disposal",
        "control": "control:Control",
        "control.performance": "control:ControlPerformance",
        "not_applicable": "control:NotApplicable",
        "nil_population": "control:NilPopulation",
        "control.exception": "control:ControlException",
        "management.response": "control:ManagementResponse",
        "sign_off": "control:SignOff",
        "integrity.check": "control:IntegrityCheck",
        "answer": "control:Answer",
        "self_test": "control:SelfTest",
        "audit_request": "fieldwork:AuditRequest",
        "audit_comment": "fieldwork:AuditComment",
    }
)
"""Where each kind's model is: module of this room and class."""

KEPT: Mapping[str, type[Record]] = KindTable(PLACES)
"""Each kind's model."""
