"""Lifecycles of regions, organisations and invitations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inno4sports.core.history import verbs
from inno4sports.core.lifecycle import Lifecycle, Step
from inno4sports.core.notify import causes


class ClusterStatus(models.TextChoices):
    CANDIDATE = "candidate", _("candidate")
    ACTIVE = "active", _("active")
    ARCHIVED = "archived", _("archived")


class OrganisationStatus(models.TextChoices):
    PENDING = "pending", _("waits for approval")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    ARCHIVED = "archived", _("archived")


CLUSTER = Lifecycle(
    app="clusters",
    model="cluster",
    initial="candidate",
    tones={"candidate": "now", "active": "good", "archived": ""},
    steps=(
        Step("activate_cluster", ("candidate",), "active", _("Activate the region"), _("activated the region"), "activated"),
        Step(
            "archive_cluster",
            ("candidate", "active"),
            "archived",
            _("Archive the region"),
            _("archived the region"),
            danger=True,
            confirm=_("The region and all its pages leave the public site. An administrator can activate it again."),
        ),
        Step("restore_cluster", ("archived",), "active", _("Bring the region back"), _("brought the region back")),
    ),
)

ORGANISATION = Lifecycle(
    app="clusters",
    model="organisation",
    initial="pending",
    tones={"pending": "warn", "approved": "good", "declined": "bad", "archived": ""},
    steps=(
        Step("approve_organisation", ("pending", "declined"), "approved", _("Approve the member"), _("approved the member organisation"), "decided"),
        Step(
            "decline_organisation",
            ("pending",),
            "declined",
            _("Decline"),
            _("declined the member organisation"),
            "decided",
            danger=True,
            confirm=_("The person who signed it up gets an e-mail. You can still approve it later."),
        ),
        Step(
            "archive_organisation",
            ("approved",),
            "archived",
            _("Archive the member"),
            _("archived the member organisation"),
            danger=True,
            confirm=_("It leaves the directory; what it took part in stays. You can restore it."),
        ),
        Step("restore_organisation", ("archived",), "approved", _("Restore the member"), _("restored the member organisation")),
    ),
)

verbs(
    create_cluster=_("opened the region as a candidate"),
    edit_cluster=_("edited the region"),
    edit_organisation=_("edited the organisation"),
    sign_up_organisation=_("signed the organisation up"),
    add_organisation=_("added the organisation"),
    invite_member=_("invited a person"),
    withdraw_invitation=_("withdrew an invitation"),
    join_cluster=_("joined the cluster"),
    remove_member=_("removed a person from the cluster"),
    create_webhook=_("made a webhook"),
    edit_webhook=_("changed a webhook"),
    renew_webhook_secret=_("gave a webhook a new secret"),
    switch_on_webhook=_("switched a webhook on"),
    delete_webhook=_("deleted a webhook"),
    create_program=_("made a program"),
    renew_secret=_("gave a program a new secret"),
    revoke_program=_("revoked a program"),
    add_strength=_("added an excellence"),
    remove_strength=_("removed an excellence"),
    add_need=_("added a learning need"),
    remove_need=_("removed a learning need"),
)

causes(
    invitation=(_("Invitation to a cluster"), _("because it is for you")),
    member_joined=(_("A person joined the cluster"), _("because you manage the cluster")),
    member_removed=(_("Your membership of the cluster ended"), _("because it was yours")),
    organisation_to_approve=(_("An organisation waits for your approval"), _("because you manage the cluster")),
    organisation_decided=(_("The sign-up of your organisation is decided"), _("because you signed it up")),
    cluster_activated=(_("Your region is on the public site"), _("because you are a member of its cluster")),
)
