"""Lifecycles of ambitions, plans and results."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inno4sports.core.history import verbs
from inno4sports.core.lifecycle import Lifecycle, Step
from inno4sports.core.notify import causes


class AmbitionStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    OPEN_FOR_FEEDBACK = "open_for_feedback", _("open for feedback")
    ADOPTED = "adopted", _("adopted")
    REALISED = "realised", _("realised")
    DROPPED = "dropped", _("dropped")


ADOPTED = (AmbitionStatus.ADOPTED, AmbitionStatus.REALISED)


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    DECIDED = "decided", _("decided")
    ENDORSED = "endorsed", _("endorsed")
    IMPLEMENTING = "implementing", _("implementing")
    COMPLETED = "completed", _("completed")
    WITHDRAWN = "withdrawn", _("withdrawn")


IN_FORCE = (PlanStatus.ENDORSED, PlanStatus.IMPLEMENTING, PlanStatus.COMPLETED)


class ResultStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


AMBITION = Lifecycle(
    app="actionplans",
    model="ambition",
    initial="draft",
    tones={"draft": "", "open_for_feedback": "now", "adopted": "good", "realised": "good", "dropped": "bad"},
    steps=(
        Step(
            "open_ambition",
            ("draft",),
            "open_for_feedback",
            _("Ask other regions for feedback"),
            _("opened the ambition for feedback"),
            "opened",
            form=True,
        ),
        Step(
            "adopt_ambition",
            ("open_for_feedback",),
            "adopted",
            _("Adopt the ambition"),
            _("adopted the ambition"),
            "adopted",
            confirm=_("An adopted ambition is public. Every point of the feedback must be answered first."),
        ),
        Step(
            "realise_ambition",
            ("adopted",),
            "realised",
            _("Record that it is realised"),
            _("recorded that the ambition is realised"),
            "realised",
            confirm=_("The ambition is at its end then: it cannot be taken back or dropped."),
        ),
        Step(
            "drop_ambition",
            ("draft", "open_for_feedback", "adopted"),
            "dropped",
            _("Drop the ambition"),
            _("dropped the ambition"),
            "dropped",
            danger=True,
            form=True,
        ),
    ),
)

PLAN = Lifecycle(
    app="actionplans",
    model="actionplan",
    initial="draft",
    tones={"draft": "", "decided": "now", "endorsed": "good", "implementing": "good", "completed": "good", "withdrawn": "bad"},
    steps=(
        Step(
            "decide_plan",
            ("draft",),
            "decided",
            _("Decide on this text"),
            _("decided on the text of the plan"),
            "decided",
            confirm=_("The text gets a number and is frozen. Every action needs a citation or a written reason."),
        ),
        Step("record_endorsement", ("decided",), "endorsed", _("Record the endorsement"), _("recorded the endorsement"), "endorsed", form=True),
        Step("reopen_plan", ("decided",), "draft", _("Back to draft"), _("took the plan back to draft")),
        Step("start_plan", ("endorsed",), "implementing", _("Start implementing"), _("started to implement the plan"), "started"),
        Step(
            "complete_plan",
            ("implementing",),
            "completed",
            _("Complete the plan"),
            _("completed the plan"),
            "completed",
            confirm=_("Every action must be completed or abandoned. Reports can no longer be added."),
        ),
        Step(
            "withdraw_plan",
            ("draft", "decided", "endorsed", "implementing"),
            "withdrawn",
            _("Withdraw the plan"),
            _("withdrew the plan"),
            "withdrawn",
            danger=True,
            form=True,
        ),
    ),
)

RESULT = Lifecycle(
    app="actionplans",
    model="result",
    initial="draft",
    tones={"draft": "", "published": "good"},
    steps=(
        Step(
            "publish_result",
            ("draft",),
            "published",
            _("Publish the result"),
            _("published the result"),
            "published",
            confirm=_("Everybody can read it then, and it can no longer be changed."),
        ),
    ),
)

verbs(
    write_ambition=_("wrote the ambition"),
    edit_ambition=_("edited the ambition"),
    mark_point=_("marked a point in the feedback"),
    remove_point=_("removed a point"),
    answer_point=_("answered a point"),
    write_plan=_("wrote the plan"),
    edit_plan=_("edited the plan"),
    write_action=_("wrote the action"),
    edit_action=_("edited the action"),
    remove_action=_("removed the action"),
    report_progress=_("reported progress"),
    reach_milestone=_("recorded a milestone as reached"),
    draft_result=_("drafted the result"),
    edit_result=_("edited the result"),
)

causes(
    ambition_opened=(_("Ambition open for feedback"), _("because you manage a cluster of the network")),
    ambition_adopted=(_("Ambition adopted"), _("because your cluster gave feedback, or it cites your work")),
    point_answered=(_("Your feedback on an ambition was answered"), _("because you gave it")),
    plan_decided=(_("Plan decided"), _("because it cites your work")),
    plan_in_force=(_("Plan in force"), _("because it cites your work or you own one of its actions")),
    plan_withdrawn=(_("Plan withdrawn"), _("because you own one of its actions")),
    action_owned=(_("You own an action"), _("because its plan names you")),
    progress_reported=(_("Progress reported"), _("because you manage the plan or own the action")),
    result_published=(_("Result published"), _("because your cluster is on its trail")),
)
