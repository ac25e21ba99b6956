"""What ambitions, plans and results are found by."""

from collections.abc import Iterable

from actionplans.models import ActionPlan, Ambition, Result
from inno4sports.core.search import Document, indexes


@indexes("actionplans.ambition")
def ambition_documents(ambition: Ambition) -> Iterable[Document]:
    reach = {"adopted": "public", "realised": "public", "open_for_feedback": "network"}.get(ambition.status, "cluster")
    yield Document(ambition.title, f"{ambition.text} {ambition.measure}", reach, ambition.cluster.code, ambition.language)


@indexes("actionplans.actionplan")
def plan_documents(plan: ActionPlan) -> Iterable[Document]:
    """The plan with the text of its actions; the English summary is found in English."""
    reach = "public" if plan.is_in_force else "network" if plan.status == "withdrawn" else "cluster"
    actions = " ".join(f"{a.title} {a.background} {a.description}" for a in plan.actions.all())
    text = f"{plan.policy_instrument} {plan.context} {plan.challenges} {plan.needs} {actions}"
    yield Document(plan.title, text, reach, plan.cluster.code, plan.language)
    if plan.english_summary and plan.language != "en":
        yield Document(plan.title, plan.english_summary, reach, plan.cluster.code, "en")


@indexes("actionplans.result")
def result_documents(result: Result) -> Iterable[Document]:
    reach = "public" if result.status == "published" else "cluster"
    yield Document(result.title, result.text, reach, result.cluster.code, result.language)
