"""Questionnaires, feedback requests, feedback and replies."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Topic, User, worded
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, pair_check, status_check

from ..states import FeedbackStatus, RequestStatus


class QuestionnaireQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The shipped ones for all who may ask; one's own for the cluster's managers, EPSI's for editors."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(cluster_id__in=user.managed_ids)
        if user.managed_ids or user.is_editor:
            seen |= Q(shipped=True)
        if user.is_editor:
            seen |= Q(cluster=None)
        return self.filter(seen)


class Questionnaire(Thing):
    """A list of questions. Frozen once answered; answers in all languages pool under language-free keys."""

    title = models.CharField(_("title"), max_length=150)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+")
    shipped = models.BooleanField(default=False, editable=False)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["-shipped", "title", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:questionnaire_detail", args=[self.public_id])


class QuestionKind(models.TextChoices):
    RATING = "rating", _("rating 1 to 5")
    SCORE = "score", _("0 to 10")
    CHOICE = "choice", _("one of several")
    SHORT_TEXT = "short_text", _("short text")
    LONG_TEXT = "long_text", _("long text")


class Question(models.Model):
    """One question; `texts` is {language: text}, `choices` is [{"key": …, "labels": {language: text}}]."""

    Kind = QuestionKind

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    key = models.SlugField(max_length=40)
    question_kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    texts = models.JSONField(default=dict)
    choices = models.JSONField(default=list, blank=True)
    required = models.BooleanField(_("must be answered"), default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="learning_question_key_once"),
            status_check("learning_question_kind", QuestionKind, "question_kind"),
        ]

    def __str__(self) -> str:
        return worded(self.texts)

    @property
    def is_text(self) -> bool:
        return self.question_kind in (self.Kind.SHORT_TEXT, self.Kind.LONG_TEXT)

    @property
    def worded_choices(self) -> list[tuple[str, str]]:
        return [(c["key"], worded(c["labels"])) for c in self.choices]


class RequestQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Its host's managers; who was invited, while or after it is open; the network once what was said is shared."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(cluster_id__in=user.managed_ids)
        invited = FeedbackInvitation.objects.filter(user=user, withdrawn_at=None)
        seen |= Q(pk__in=invited.values("request_id"), status__in=[RequestStatus.OPEN, RequestStatus.CLOSED])
        if user.in_network:
            seen |= Q(shared_at__isnull=False)
        if user.is_editor:
            seen |= Q(cluster=None)
        return self.filter(seen)

    def shared(self) -> Self:
        return self.filter(shared_at__isnull=False)


class FeedbackRequestNames(models.TextChoices):
    NAMED = "named", _("With my name")
    TO_MANAGERS = "to_managers", _("Only the hosts see my name")


class FeedbackRequest(Lived, Thing):
    """A cluster (or EPSI) asks people for feedback; what it is about is text and address, feedback knows no upper object."""

    Names = FeedbackRequestNames

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host"))
    title = models.CharField(_("title"), max_length=150)
    about_title = models.CharField(max_length=200, blank=True)
    about_url = models.CharField(max_length=300, blank=True)
    introduction = models.TextField(_("introduction"), max_length=600, blank=True)
    # Of sentences of the answers that will stand elsewhere: who is asked reads so before answering, each in the own language.
    quoted = models.BooleanField(default=False, db_default=False, editable=False)
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+", verbose_name=_("questionnaire"))
    names = models.CharField(_("who sees the names"), max_length=12, choices=Names, default=Names.TO_MANAGERS)
    closes_at = models.DateTimeField(_("closes"))
    remind_at = models.DateTimeField(_("reminds"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.DRAFT, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = actor_key(editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = actor_key(editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = actor_key(editable=False)
    shared_at = models.DateTimeField(null=True, blank=True, editable=False)
    shared_by = actor_key(editable=False)
    replied_at = models.DateTimeField(null=True, blank=True, editable=False)
    replied_by = actor_key(editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
        ]
        constraints = [
            status_check("learning_request_status", RequestStatus),
            status_check("learning_request_names", FeedbackRequestNames, "names"),
            *(pair_check(f"learning_request_{stem}", stem) for stem in ("opened", "closed", "withdrawn", "shared", "replied")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:request_detail", args=[self.slug])

    @property
    def notice(self) -> str:
        """What becomes of the words, in the reader's language; "" when nothing but what the page says anyway."""
        if not self.quoted:
            return ""
        return gettext(
            "A sentence that we take up as a point stands beside the ambition with the name of your region, for everybody once it is adopted."
        )

    @property
    def takes_answers(self) -> bool:
        return self.status == RequestStatus.OPEN and self.closes_at > clock.now()


class FeedbackInvitationQuerySet(models.QuerySet["FeedbackInvitation"]):
    def live(self) -> Self:
        """Those whose links work."""
        return self.filter(withdrawn_at=None, request__status__in=[RequestStatus.OPEN, RequestStatus.CLOSED])

    def of_hosts(self, user: Any) -> Self:
        """To requests of which this person is a host."""
        return self.filter(hosted_by(user))


def hosted_by(user: Any) -> Q:
    """Rows of requests whose hosts this person is among: as manager, for EPSI's as editor."""
    return Q(request__cluster_id__in=user.managed_ids) | (Q(request__cluster=None) if user.is_editor else Q())


class FeedbackInvitation(models.Model):
    """One person who is asked; the personal link stands for this row. Raising `generation` withdraws the link."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    generation = models.PositiveSmallIntegerField(default=1)
    request = models.ForeignKey(FeedbackRequest, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    invited_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FeedbackInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "email"], name="learning_invitation_once")]

    def __str__(self) -> str:
        return self.name or self.email


class FeedbackQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Single answers: the host's managers and the author. No one else, administrators included."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(hosted_by(user) & Q(status=FeedbackStatus.SUBMITTED) | Q(invitation__user=user))

    def of_hosts(self, user: Any) -> Self:
        """To requests of which this person is a host."""
        return self.filter(hosted_by(user))

    def submitted(self) -> Self:
        return self.filter(status=FeedbackStatus.SUBMITTED)


class Feedback(Lived, Thing):
    """One person's answers, `{question key: value}`: a number, a choice's key or a text. Changed until closing.

    `draft` holds what is typed and not sent; the sent `answers` stay as they were until the next "send".
    """

    told_as = "request"  # a mail names nobody who answered

    request = models.ForeignKey(FeedbackRequest, models.PROTECT, related_name="feedback")
    invitation = models.OneToOneField(FeedbackInvitation, models.PROTECT, related_name="feedback")
    answers = models.JSONField(default=dict)
    draft = models.JSONField(default=dict)
    name_ok = models.BooleanField(_("my texts may be shown with my name"), default=False)
    status = models.CharField(max_length=10, choices=FeedbackStatus, default=FeedbackStatus.DRAFT, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = actor_key(editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            status_check("learning_feedback_status", FeedbackStatus),
            pair_check("learning_feedback_submitted", "submitted"),
        ]

    def __str__(self) -> str:
        return str(self.invitation)

    def get_absolute_url(self) -> str:
        """Where those who may read single answers find it."""
        return f"{reverse('learning:summary_detail', args=[self.request.slug])}#answer-{self.public_id}"


class ReleasedText(models.Model):
    """A text that the host released from one answer, as it stood then, with its author's name if that author agreed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="released")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    text = models.TextField()
    language = models.CharField(max_length=8, default="en")
    with_name = models.BooleanField(default=False)
    released_at = models.DateTimeField(default=clock.now)
    released_by = actor_key()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["feedback", "question"], name="learning_released_once")]

    def __str__(self) -> str:
        return self.text[:80]


class ReplyPointAnswer(models.TextChoices):
    WILL = "will", _("we will")
    WILL_NOT = "will_not", _("we will not, because")


class ReplyPoint(models.Model):
    """“You said … we will … by … / we will not, because …”: one point of the reply to all who answered."""

    Answer = ReplyPointAnswer

    request = models.ForeignKey(FeedbackRequest, models.CASCADE, related_name="reply_points")
    position = models.PositiveSmallIntegerField(default=0)
    said = models.TextField(_("you said"), max_length=600)
    answer = models.CharField(max_length=8, choices=Answer)
    text = models.TextField(_("our answer"), max_length=600)
    due_on = models.DateField(_("by"), null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [status_check("learning_replypoint_answer", ReplyPointAnswer, "answer")]

    def __str__(self) -> str:
        return self.said[:80]
