"""Addresses of ambitions, plans, actions and results."""

from django.urls import path

from actionplans.views import ambition, plan, progress

app_name = "actionplans"

AMBITION = "ambitions/<slug:slug>/"
PLAN = "action-plans/<slug:slug>/"
ACTION = f"{PLAN}actions/<int:n>/"
RESULT = "results/<slug:slug>/"

urlpatterns = [
    path("ambitions/", ambition.ambition_list, name="ambition_list"),
    path("ambitions/new/", ambition.ambition_create, name="ambition_create"),
    path(AMBITION, ambition.ambition_detail, name="ambition_detail"),
    path(f"{AMBITION}edit/", ambition.ambition_edit, name="ambition_edit"),
    path(f"{AMBITION}steps/<slug:step>/", ambition.ambition_step, name="ambition_step"),
    path(f"{AMBITION}points/", ambition.ambition_points, name="ambition_points"),
    path(f"{AMBITION}points/mark/", ambition.point_mark, name="point_mark"),
    path(f"{AMBITION}points/<uuid:public_id>/answer/", ambition.point_answer, name="point_answer"),
    path(f"{AMBITION}points/<uuid:public_id>/remove/", ambition.point_remove, name="point_remove"),
    path("action-plans/", plan.plan_list, name="plan_list"),
    path("action-plans/new/", plan.plan_create, name="plan_create"),
    path(PLAN, plan.plan_detail, name="plan_detail"),
    path(f"{PLAN}edit/", plan.plan_edit, name="plan_edit"),
    path(f"{PLAN}history/", plan.plan_history, name="plan_history"),
    path(f"{PLAN}revisions/<int:n>/", plan.plan_revision, name="plan_revision"),
    path(f"{PLAN}steps/<slug:step>/", plan.actionplan_step, name="actionplan_step"),
    path(f"{PLAN}actions/new/", plan.action_create, name="action_create"),
    path(ACTION, plan.action_detail, name="action_detail"),
    path(f"{ACTION}edit/", plan.action_edit, name="action_edit"),
    path(f"{ACTION}remove/", plan.action_remove, name="action_remove"),
    path(f"{ACTION}report/", progress.report_create, name="report_create"),
    path(f"{ACTION}report/nothing/", progress.report_nothing, name="report_nothing"),
    path(f"{ACTION}milestones/<uuid:public_id>/reach/", progress.milestone_reach, name="milestone_reach"),
    path(f"{ACTION}results/new/", progress.result_create, name="result_create"),
    path(f"{ACTION}reports/<uuid:public_id>/result/", progress.result_draft, name="result_draft"),
    path(RESULT, progress.result_detail, name="result_detail"),
    path(f"{RESULT}edit/", progress.result_edit, name="result_edit"),
    path(f"{RESULT}steps/<slug:step>/", progress.result_step, name="result_step"),
]
