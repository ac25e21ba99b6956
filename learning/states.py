"""Lifecycles of sessions, practices, feedback requests, feedback and lessons."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inno4sports.core.history import verbs
from inno4sports.core.lifecycle import Lifecycle, Step
from inno4sports.core.notify import causes


class SessionStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    HELD = "held", _("held")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


class PracticeStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    PUBLISHED = "published", _("published")
    ADMITTED = "admitted", _("admitted")
    ARCHIVED = "archived", _("archived")


class RequestStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class FeedbackStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")


class LessonStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SHARED = "shared", _("shared")


SESSION = Lifecycle(
    app="learning",
    model="session",
    initial="draft",
    tones={"draft": "", "announced": "now", "held": "good", "closed": "good", "cancelled": "bad"},
    steps=(
        Step("announce_session", ("draft",), "announced", _("Announce the session"), _("announced the session"), "announced"),
        Step("hold_session", ("announced",), "held", _("Record that it was held"), _("recorded that the session was held"), "held"),
        Step("close_session", ("held",), "closed", _("Close the session"), _("closed the session"), "closed"),
        Step(
            "cancel_session",
            ("draft", "announced"),
            "cancelled",
            _("Cancel the session"),
            _("cancelled the session"),
            "cancelled",
            danger=True,
            confirm=_("Everybody who is registered is told. A cancelled session stays readable."),
        ),
    ),
)

PRACTICE = Lifecycle(
    app="learning",
    model="goodpractice",
    initial="draft",
    tones={"draft": "", "submitted": "now", "returned": "warn", "published": "good", "admitted": "good", "archived": ""},
    steps=(
        Step("submit_practice", ("draft", "returned"), "submitted", _("Submit the practice"), _("submitted the practice"), "submitted"),
        Step("publish_practice", ("submitted",), "published", _("Publish to the network"), _("published the practice to the network"), "published"),
        Step("return_practice", ("submitted",), "returned", _("Return with a reason"), _("returned the practice"), form=True),
        Step("admit_practice", ("published",), "admitted", _("Admit with an opinion"), _("admitted the practice"), "admitted", form=True),
        Step(
            "archive_practice",
            ("draft", "returned", "published", "admitted"),
            "archived",
            _("Archive the practice"),
            _("archived the practice"),
            danger=True,
            confirm=_("It leaves the lists; what cites it keeps its link. You can restore it."),
        ),
        Step("restore_practice", ("archived",), "draft", _("Bring it back as a draft"), _("brought the practice back as a draft")),
    ),
)

REQUEST = Lifecycle(
    app="learning",
    model="feedbackrequest",
    initial="draft",
    tones={"draft": "", "open": "now", "closed": "good", "withdrawn": "bad"},
    steps=(
        Step("open_request", ("draft",), "open", _("Open and invite"), _("opened the feedback request"), "opened"),
        Step(
            "close_request",
            ("open",),
            "closed",
            _("Close now"),
            _("closed the feedback request"),
            "closed",
            danger=True,
            confirm=_("Nobody can answer any more. You can reopen it."),
        ),
        Step("reopen_request", ("closed",), "open", _("Reopen"), _("reopened the feedback request"), form=True),
        Step("extend_request", ("open",), None, _("Give more time"), _("gave more time to answer"), form=True),
        Step("remind_request", ("open",), None, _("Remind who has not answered"), _("reminded who had not answered")),
        Step(
            "share_summary",
            ("closed",),
            None,
            _("Share what was said with the network"),
            _("shared what was said with the network"),
            "shared",
            confirm=_(
                "Every region of the network can then read the figures and the texts you released, and cite them. This cannot be taken back once it is cited."
            ),
        ),
        Step("reply_to_feedback", ("closed",), None, _("Reply to all who answered"), _("replied to all who answered"), "replied", form=True),
        Step(
            "withdraw_request",
            ("draft", "open"),
            "withdrawn",
            _("Withdraw the request"),
            _("withdrew the feedback request"),
            "withdrawn",
            danger=True,
            confirm=_("The links in the mails stop working and the answers given so far are not used."),
        ),
    ),
)

FEEDBACK = Lifecycle(
    app="learning",
    model="feedback",
    initial="draft",
    tones={"draft": "", "submitted": "good"},
    steps=(Step("submit_feedback", ("draft", "submitted"), "submitted", _("Send feedback"), _("sent feedback"), "submitted"),),
)

LESSON = Lifecycle(
    app="learning",
    model="lesson",
    initial="draft",
    tones={"draft": "", "shared": "good"},
    steps=(Step("share_lesson", ("draft",), "shared", _("Share the lesson"), _("shared the lesson"), "shared"),),
)

verbs(
    create_session=_("created the session"),
    edit_session=_("edited the session"),
    register_for_session=_("registered for the session"),
    leave_session=_("left the session"),
    register_person=_("registered a person for the session"),
    remove_person=_("took a person off the list of the session"),
    record_attendance=_("recorded who was there"),
    write_practice=_("wrote the practice"),
    edit_practice=_("edited the practice"),
    create_questionnaire=_("built the questionnaire"),
    edit_questionnaire=_("edited the questionnaire"),
    create_request=_("created the feedback request"),
    edit_request=_("edited the feedback request"),
    invite_to_answer=_("invited people to answer"),
    withdraw_link=_("withdrew a personal link"),
    release_text=_("released a text"),
    hold_back_text=_("held a text back"),
    write_lesson=_("wrote the lesson"),
    edit_lesson=_("edited the lesson"),
    delete_lesson=_("deleted the draft of the lesson"),
)

causes(
    session_announced=(_("Session announced"), _("because you belong to its audience")),
    session_changed=(_("Session changed"), _("because you are registered")),
    practice_submitted=(_("Practice submitted"), _("because you manage its cluster")),
    practice_decided=(_("Practice decided"), _("because you wrote it")),
    practice_published=(_("Practice published"), _("because you follow its topics or manage a cluster on its trail")),
    feedback_asked=(_("Feedback asked for"), _("because you were invited to answer")),
    feedback_received=(_("Feedback received"), _("because you manage the cluster that asked")),
    feedback_closed=(_("Feedback closed"), _("because you manage the cluster that asked")),
    summary_shared=(_("What was said is shared"), _("because you took part or manage a cluster of the network")),
    reply_sent=(_("Reply to your feedback"), _("because you answered")),
    lesson_cites_mine=(_("A lesson cites your work"), _("because it cites what your cluster made")),
    lesson_shared=(_("Lesson shared"), _("because it is from or for your cluster")),
)
