"""What we will do: ambitions, action plans in three parts, progress, results."""

from .ambition import Ambition, AmbitionCitation, AmbitionPoint, AmbitionPointAnswer, AmbitionQuerySet
from .plan import (
    Action,
    ActionCitation,
    ActionPlan,
    ActionPlanInstrumentKind,
    ActionQuerySet,
    ActionState,
    Endorsement,
    Milestone,
    PlanQuerySet,
    Revision,
)
from .progress import ProgressReport, ProgressReportChange, ReportQuerySet, Result, ResultQuerySet

__all__ = [
    "Action",
    "ActionCitation",
    "ActionPlan",
    "ActionPlanInstrumentKind",
    "ActionQuerySet",
    "ActionState",
    "Ambition",
    "AmbitionCitation",
    "AmbitionPoint",
    "AmbitionPointAnswer",
    "AmbitionQuerySet",
    "Endorsement",
    "Milestone",
    "PlanQuerySet",
    "ProgressReport",
    "ProgressReportChange",
    "ReportQuerySet",
    "Result",
    "ResultQuerySet",
    "Revision",
]
