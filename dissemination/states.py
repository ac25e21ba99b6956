"""The lifecycle of a finding: written by one, published by another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inno4sports.core.history import verbs
from inno4sports.core.lifecycle import Lifecycle, Step
from inno4sports.core.notify import causes


class FindingStatus(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")


FINDING = Lifecycle(
    app="dissemination",
    model="finding",
    initial="proposed",
    tones={"proposed": "", "draft": "", "in_review": "now", "published": "good", "archived": ""},
    steps=(
        Step("take_up_finding", ("proposed",), "draft", _("Take it up"), _("took the proposal up")),
        Step("submit_finding", ("draft",), "in_review", _("Send to review"), _("sent the finding to review"), "submitted"),
        Step(
            "publish_finding",
            ("in_review",),
            "published",
            _("Publish the finding"),
            _("published the finding"),
            "published",
            confirm=_("Everybody can read it at once, and the people it concerns find it in their next digest."),
        ),
        Step("return_finding", ("in_review",), "draft", _("Back to the author"), _("gave the finding back to its author"), form=True),
        Step("correct_finding", ("published",), None, _("Add a correction"), _("corrected the finding"), form=True),
        Step(
            "archive_finding",
            ("proposed", "draft", "published"),
            "archived",
            _("Archive the finding"),
            _("archived the finding"),
            danger=True,
            confirm=_("It leaves the site. An editor can bring it back."),
        ),
        Step("restore_finding", ("archived",), "draft", _("Bring it back as a draft"), _("brought the finding back as a draft")),
    ),
)

verbs(
    propose_finding=_("proposed the finding"),
    write_finding=_("wrote the finding"),
    edit_finding=_("edited the finding"),
)

causes(
    finding_proposed=(_("Finding proposed"), _("because you are an EPSI editor")),
    finding_in_review=(_("Finding waits for review"), _("because you may publish it")),
    finding_returned=(_("Finding came back"), _("because you wrote it")),
    finding_published=(_("Finding published"), _("because you follow its topics or your cluster is on its trail")),
    finding_corrected=(_("Finding corrected"), _("because you follow its topics or your cluster is on its trail")),
)
