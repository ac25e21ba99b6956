"""What was said: figures for those who may read them, texts that the host released, and the reply to all who answered."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clusters.models import Cluster, Membership, User
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.outbox import send_mails_later
from inno4sports.core.permissions import allowed

from ..mails.feedback import REPLY
from ..models import Feedback, FeedbackInvitation, FeedbackRequest, Question, ReleasedText, ReplyPoint
from ..states import FeedbackStatus, RequestStatus

# Below so many answers nobody but the hosts sees how they are spread: a spread of three names its people.
SPREAD_FROM = 5


@dataclass(frozen=True)
class Share:
    """One bar: an answer and how many gave it."""

    key: str
    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class Text:
    """A text as this reader may have it; `name` is empty where it may not be shown."""

    feedback: Feedback
    text: str
    language: str
    name: str
    released: bool


@dataclass(frozen=True)
class Said:
    """What was said to one question. `shares` and `mean` are empty where too few answered for this reader."""

    question: Question
    n: int
    mean: float | None = None
    shares: list[Share] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    withheld: bool = False


@dataclass(frozen=True)
class Summary:
    """The figures and released texts of one request, for the hosts (`full`) or for those it is shared with."""

    request: FeedbackRequest
    invited: int
    answered: int
    full: bool
    questions: list[Said]
    clusters: list[Share]
    singles: list[Feedback] = field(default_factory=list)

    @property
    def rate(self) -> int:
        """Answers per hundred invited."""
        return percent(self.answered, self.invited)


def percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def read_in_full(request: FeedbackRequest, who: Any) -> bool:
    """True: what was said is read in full. False: what is shared. PermissionDenied when neither, WrongState when it was withdrawn."""
    full = allowed(who, "learning.read_answers", request)
    if not full and not (request.shared_at and who.in_network):
        raise PermissionDenied("learning.read_answers")
    if request.status == RequestStatus.WITHDRAWN:
        raise WrongState(_("The request was withdrawn, so its answers are not used."), request)
    return full


def summary_of(request: FeedbackRequest, *, full: bool = False) -> Summary:
    """What was said, in four queries. Not `full`: no spread and no mean below five answers, no text that is not released.

    The caller has asked who may see it: `full` for those with `learning.read_answers`, else once it is shared.
    """
    rows = list(Feedback.objects.filter(request=request).submitted().select_related("invitation__cluster"))
    questions = list(Question.objects.filter(questionnaire_id=request.questionnaire_id))
    released: dict[tuple[int, int], ReleasedText] = {
        (row.feedback_id, row.question_id): row for row in ReleasedText.objects.filter(feedback__request=request)
    }
    invited = request.invitations.filter(withdrawn_at=None).count()
    return Summary(
        request=request,
        # Who answered and lost the link afterwards was invited all the same.
        invited=max(invited, len(rows)),
        answered=len(rows),
        full=full,
        questions=[_texts(q, rows, released, full) if q.is_text else _figures(q, rows, full) for q in questions],
        clusters=_by_cluster([row.invitation.cluster for row in rows], full),
        singles=rows if full else [],
    )


def _texts(question: Question, rows: Sequence[Feedback], released: dict[tuple[int, int], ReleasedText], full: bool) -> Said:
    given = [row for row in rows if row.answers.get(question.key)]
    texts = []
    for row in given:
        free = released.get((row.pk, question.pk))
        name = str(row.invitation) if full or (free and free.with_name) else ""
        if free:
            texts.append(Text(row, free.text, free.language, name, released=True))
        elif full:
            texts.append(Text(row, row.answers[question.key], row.language, name, released=False))
    return Said(question, len(given), texts=texts)


def _figures(question: Question, rows: Sequence[Feedback], full: bool) -> Said:
    given = [value for row in rows if (value := row.answers.get(question.key)) not in (None, "")]
    if not full and len(given) < SPREAD_FROM:
        return Said(question, len(given), withheld=bool(given))
    counts = Counter(str(value) for value in given)
    shares = [Share(key, label, counts[key], percent(counts[key], len(given))) for key, label in _options(question)]
    mean = None
    if question.question_kind != Question.Kind.CHOICE and given:
        mean = sum(int(value) for value in given) / len(given)
    return Said(question, len(given), mean, shares)


def _options(question: Question) -> list[tuple[str, str]]:
    if question.question_kind == Question.Kind.RATING:
        return [(str(n), str(n)) for n in range(1, 6)]
    if question.question_kind == Question.Kind.SCORE:
        return [(str(n), str(n)) for n in range(11)]
    return question.worded_choices


def _by_cluster(answered_from: Sequence[Cluster | None], full: bool) -> list[Share]:
    """How many answered from where. For others than the hosts regions below five stand together, and if these are fewer
    than five in all there is no list: the difference from the total would name them."""
    whole = len(answered_from)
    counts = Counter(answered_from)
    small = {c for c in counts if not full and counts[c] < SPREAD_FROM}
    pooled = sum(counts[c] for c in small)
    if small and pooled < SPREAD_FROM:
        return []
    known = sorted((c for c in counts if c is not None and c not in small), key=lambda c: (-counts[c], str(c)))
    shares = [Share(c.slug, str(c), counts[c], percent(counts[c], whole)) for c in known]
    if counts[None] and None not in small:
        shares.append(Share("none", _("no region stated"), counts[None], percent(counts[None], whole)))
    if pooled:
        shares.append(Share("other", _("other regions"), pooled, percent(pooled, whole)))
    return shares


# Texts --------------------------------------------------------------------------------------------------------------------


def release_text(feedback: Feedback, *, question: Question, by: Actor) -> ReleasedText:
    """Readers of the summary may read this text, as it stands now; with its author's name only if the request is `named`
    and the author agreed. Released before: nothing happens. WrongState when there is no text or nothing was sent."""
    with changing(feedback.request, "learning.release_text", by=by) as request:
        locked = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
        text = locked.answers.get(question.key, "") if question.is_text else ""
        if locked.status != FeedbackStatus.SUBMITTED or request.status == RequestStatus.WITHDRAWN or not text:
            raise WrongState(_("There is no text to release."), request)
        with_name = locked.name_ok and request.names == FeedbackRequest.Names.NAMED
        row, made = ReleasedText.objects.get_or_create(
            feedback=locked, question=question, defaults={"text": text, "language": locked.language, "with_name": with_name, "released_by": by}
        )
        if made:
            record(request, "release_text", by=by)
    return row


def hold_back_text(feedback: Feedback, *, question: Question, by: Actor) -> None:
    """Only the hosts read this text from now on. Held back before: nothing happens."""
    with changing(feedback.request, "learning.hold_back_text", by=by) as request:
        gone, _rows = ReleasedText.objects.filter(feedback=feedback, question=question).delete()
        if gone:
            record(request, "hold_back_text", by=by)


# Sharing and replying -------------------------------------------------------------------------------------------------------


def share_summary(request: FeedbackRequest, *, by: Actor, version: int | None = None) -> FeedbackRequest:
    """The network reads the figures and the released texts, and can cite them. WrongState without an answer, or when shared."""
    with taking(request, "share_summary", by=by, version=version) as (locked, event):
        # Asked of the database: the step has stamped the locked object already, but not saved it.
        if FeedbackRequest.objects.shared().filter(pk=locked.pk).exists():
            raise WrongState(_("What was said is already shared with the network."), locked)
        if not Feedback.objects.filter(request=locked).submitted().exists():
            raise WrongState(_("Nobody answered, so there is nothing to share."), locked)
        notify(event, _network_of(locked), "summary_shared")
    return request


def _network_of(request: FeedbackRequest) -> QuerySet[User]:
    """Who answered with an account, and the managers of every region."""
    answered = Feedback.objects.filter(request=request).submitted().values("invitation__user_id")
    managers = Membership.objects.current().filter(role=Membership.Role.MANAGER).values("user_id")
    return (User.objects.filter(pk__in=answered) | User.objects.filter(pk__in=managers)).filter(is_active=True).distinct()


@dataclass(frozen=True)
class Point:
    """“You said … we will … by … / we will not, because …”"""

    said: str
    answer: str
    text: str
    due_on: dt.date | None = None


def reply_to_feedback(request: FeedbackRequest, *, points: Sequence[Point], by: Actor, version: int | None = None) -> FeedbackRequest:
    """One mail to each who answered, once; the points stand on the summary. WrongState without points, without answers,
    or when the reply has gone out."""
    with taking(request, "reply_to_feedback", by=by, version=version) as (locked, event):
        must_await_reply(locked)
        answered = list(_who_answered(locked))
        if not points:
            raise WrongState(_("The reply has no point yet."), locked)
        ReplyPoint.objects.bulk_create(
            ReplyPoint(request=locked, position=n, said=p.said, answer=p.answer, text=p.text, due_on=p.due_on) for n, p in enumerate(points)
        )
        send_mails_later(
            REPLY,
            ((i.email, i.language, f"reply_sent:{i.public_id}", {"invitation": i.pk, "generation": i.generation}) for i in answered),
        )
        users = User.objects.filter(pk__in=[i.user_id for i in answered if i.user_id], is_active=True)
        notify(event, users, "reply_sent", way="instant")
    return request


def must_await_reply(request: FeedbackRequest) -> None:
    """Raises WrongState, with its sentence, when the reply has gone out or nobody answered."""
    if request.reply_points.exists():
        raise WrongState(_("The reply has gone out already."), request)
    if not _who_answered(request).exists():
        raise WrongState(_("Nobody answered, so there is nobody to reply to."), request)


def _who_answered(request: FeedbackRequest) -> QuerySet[FeedbackInvitation]:
    return FeedbackInvitation.objects.filter(request=request, withdrawn_at=None, feedback__status=FeedbackStatus.SUBMITTED)
