"""What we learn: sessions, good practices, questionnaires, feedback and what was said, lessons."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Organisation, Topic, User, in_network, known_zone, worded
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Citation, Thing, ThingQuerySet, actor_key, each_once, exactly_one, pair_check, status_check

from .states import FeedbackStatus, LessonStatus, PracticeStatus, RequestStatus, SessionStatus


class Audience(models.TextChoices):
    CLUSTER = "cluster", _("our own cluster")
    NETWORK = "network", _("the network")
    PUBLIC = "public", _("everybody")


# Sessions ---------------------------------------------------------------------------------------------------------------


class SessionKind(models.Model):
    """A kind of session: the administrator's list."""

    slug = models.SlugField(unique=True)
    labels = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return worded(self.labels)


class SessionQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        told = Q(status__in=[SessionStatus.ANNOUNCED, SessionStatus.HELD, SessionStatus.CLOSED, SessionStatus.CANCELLED])
        seen = told & Q(audience=Audience.PUBLIC)
        if in_network(user):
            seen |= told & Q(audience=Audience.NETWORK)
            seen |= told & Q(audience=Audience.CLUSTER, cluster_id__in=user.cluster_ids)
            seen |= Q(cluster_id__in=user.managed_ids)
            if user.is_editor:
                seen |= Q(cluster=None, created_by__user=user)
        return self.filter(seen)

    def coming(self) -> Self:
        return self.filter(status=SessionStatus.ANNOUNCED, ends_on__gte=clock.today()).order_by("starts_on")


class Session(Lived, Thing):
    """A meeting where regions learn from each other: a study visit, a workshop, a webinar."""

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host"))
    title = models.CharField(_("title"), max_length=150)
    session_kind = models.ForeignKey(SessionKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    summary = models.TextField(_("what it is about"), max_length=3000, blank=True)
    programme = models.TextField(_("programme"), max_length=6000, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    link = models.URLField(_("link, if online"), blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    starts_time = models.TimeField(_("begins at"), null=True, blank=True)
    ends_time = models.TimeField(_("ends at"), null=True, blank=True)
    date_text = models.CharField(max_length=80, blank=True, editable=False)
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels", validators=[known_zone])
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    registration_closes_on = models.DateField(_("registration closes on"), null=True, blank=True)
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience, default=Audience.NETWORK)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    feedback_request = models.ForeignKey("FeedbackRequest", models.SET_NULL, null=True, blank=True, related_name="sessions", editable=False)
    status = models.CharField(max_length=10, choices=SessionStatus, default=SessionStatus.DRAFT, editable=False)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    announced_by = actor_key(editable=False)
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_by = actor_key(editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = actor_key(editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = actor_key(editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["-starts_on", "-id"])]
        constraints = [
            status_check("learning_session_status", SessionStatus),
            status_check("learning_session_audience", Audience, "audience"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="learning_session_dates"),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gte=1), name="learning_session_capacity"),
            *(pair_check(f"learning_session_{stem}", stem) for stem in ("announced", "held", "closed", "cancelled")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:session_detail", args=[self.slug])


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def current(self) -> Self:
        return self.filter(left_at=None)


class Registration(models.Model):
    """One person's place at a session, taken by themselves or by a manager of their cluster."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="registrations")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    registered_at = models.DateTimeField(default=clock.now)
    registered_by = actor_key()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = actor_key()
    attended = models.BooleanField(_("was there"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["registered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "email"], condition=Q(left_at=None), name="learning_registration_once"),
            pair_check("learning_registration_left", "left"),
        ]

    def __str__(self) -> str:
        return self.name


# Good practices -----------------------------------------------------------------------------------------------------------


class PracticeQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = Q(status=PracticeStatus.ADMITTED)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=PracticeStatus.PUBLISHED)
            seen |= Q(created_by__user=user) | Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)


class GoodPracticeOutcome(models.TextChoices):
    WORKED = "worked", _("it worked")
    DID_NOT_WORK = "did_not_work", _("what did not work")


class GoodPractice(Lived, Thing):
    """A practice in the programme's form. One that did not work is a record of the same standing."""

    Outcome = GoodPracticeOutcome

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster"))
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation in charge"))
    title = models.CharField(_("title of the practice"), max_length=150)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.WORKED)
    summary = models.CharField(_("short summary"), max_length=300, blank=True)
    location = models.CharField(_("where"), max_length=200, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    challenge = models.TextField(_("the problem"), blank=True)
    what_was_done = models.TextField(_("what was done"))
    resources_needed = models.TextField(_("resources needed"), blank=True)
    budget_eur = models.PositiveBigIntegerField(_("budget in euros"), null=True, blank=True)
    starts_on = models.CharField(_("began"), max_length=20, blank=True)
    ends_on = models.CharField(_("ended"), max_length=20, blank=True)
    evidence_of_success = models.TextField(_("evidence of success"), blank=True)
    difficulties = models.TextField(_("difficulties encountered"), blank=True)
    transferability = models.TextField(_("potential for transfer"), blank=True)
    website = models.URLField(_("further information"), blank=True)
    opinion = models.TextField(_("EPSI's opinion"), blank=True, editable=False)
    return_reason = models.TextField(blank=True, editable=False)
    status = models.CharField(max_length=10, choices=PracticeStatus, default=PracticeStatus.DRAFT, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = actor_key(editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = actor_key(editable=False)
    admitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    admitted_by = actor_key(editable=False)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"])]
        constraints = [
            status_check("learning_practice_status", PracticeStatus),
            status_check("learning_practice_outcome", GoodPracticeOutcome, "outcome"),
            *(pair_check(f"learning_practice_{stem}", stem) for stem in ("submitted", "published", "admitted")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def did_not_work(self) -> bool:
        return self.outcome == self.Outcome.DID_NOT_WORK

    def get_absolute_url(self) -> str:
        return reverse("learning:practice_detail", args=[self.slug])


# Asking for feedback ------------------------------------------------------------------------------------------------------


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
    def takes_answers(self) -> bool:
        return self.status == RequestStatus.OPEN and self.closes_at > clock.now()


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
        seen = Q(request__cluster_id__in=user.managed_ids, status=FeedbackStatus.SUBMITTED) | Q(invitation__user=user)
        if user.is_editor:
            seen |= Q(request__cluster=None, status=FeedbackStatus.SUBMITTED)
        return self.filter(seen)

    def submitted(self) -> Self:
        return self.filter(status=FeedbackStatus.SUBMITTED)


class Feedback(Lived, Thing):
    """One person's answers, `{question key: value}`: a number, a choice's key or a text. Changed until closing.

    `draft` holds what is typed and not sent; the sent `answers` stay as they were until the next "send".
    """

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


# Lessons --------------------------------------------------------------------------------------------------------------------


class LessonQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = Q(status=LessonStatus.SHARED, audience=Audience.PUBLIC)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=LessonStatus.SHARED, audience=Audience.NETWORK)
            seen |= Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)

    def shared(self) -> Self:
        return self.filter(status=LessonStatus.SHARED)


class LessonLevel(models.TextChoices):
    INDIVIDUAL = "individual", _("individual")
    ORGANISATIONAL = "organisational", _("organisational")
    STAKEHOLDER = "stakeholder", _("stakeholder")
    EXTERNAL = "external", _("external")


class Lesson(Lived, Thing):
    """What one region takes from another. `cluster` is the learner, `from_cluster` who it was learned from; null: the network."""

    Level = LessonLevel

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who learned"))
    from_cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from whom"))
    title = models.CharField(_("the lesson in one line"), max_length=150)
    text = models.TextField(_("what you learned"), max_length=3000)
    change = models.TextField(_("what will change"), max_length=2000, blank=True)
    level = models.CharField(_("who learned from it"), max_length=14, choices=Level, blank=True, default="")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    audience = models.CharField(
        _("seen by"), max_length=8, choices=Audience.choices[1:], default=Audience.NETWORK
    )
    status = models.CharField(max_length=8, choices=LessonStatus, default=LessonStatus.DRAFT, editable=False)
    shared_at = models.DateTimeField(null=True, blank=True, editable=False)
    shared_by = actor_key(editable=False)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"])]
        constraints = [
            status_check("learning_lesson_status", LessonStatus),
            models.CheckConstraint(condition=Q(audience__in=["network", "public"]), name="learning_lesson_audience"),
            models.CheckConstraint(condition=Q(level__in=["", *LessonLevel.values]), name="learning_lesson_level"),
            pair_check("learning_lesson_shared", "shared"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:lesson_detail", args=[self.slug])


class LessonCitation(Citation):
    """What a lesson was learned from."""

    cites = ("session", "practice", "feedback_request")
    citing = "lesson"

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="citations")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.ForeignKey(GoodPractice, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_request = models.ForeignKey(FeedbackRequest, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            exactly_one("learning_lessoncitation_one", "session", "practice", "feedback_request"),
            *each_once("learning_lessoncitation", "lesson", "session", "practice", "feedback_request"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} cites {self.cited}"
