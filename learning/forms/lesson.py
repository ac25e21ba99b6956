"""Form of a lesson: what was learned, from whom, and what it rests on."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.forms.choices import languages
from clusters.models import Cluster, Topic
from inno4sports.core.citations import CitationField
from inno4sports.core.forms import PortalModelForm
from inno4sports.core.models import Thing

from ..domain.lesson import LessonFacts
from ..models import Audience, FeedbackRequest, GoodPractice, Lesson, Session
from ..states import LessonStatus, PracticeStatus, SessionStatus


def citable(user: Any) -> list[tuple[Any, Any]]:
    """What this person may cite, by kind: sessions that took place, practices, shared summaries of feedback."""
    held = Session.objects.visible_to(user).filter(status__in=[SessionStatus.HELD, SessionStatus.CLOSED])
    told = GoodPractice.objects.visible_to(user).filter(status__in=[PracticeStatus.PUBLISHED, PracticeStatus.ADMITTED])
    shared = FeedbackRequest.objects.visible_to(user).shared()
    return [
        (_("Sessions"), held.select_related("cluster")),
        (_("Good practices"), told.select_related("cluster")),
        (_("What was said in feedback"), shared.select_related("cluster")),
    ]


def thing_to_cite(user: Any, key: str) -> Thing | None:
    """What `kind:public_id` names, if this person may cite it."""
    kind, _colon, public_id = key.partition(":")
    for _label, rows in citable(user):
        if rows.model._meta.label_lower == kind and len(public_id) == 36:
            try:
                return rows.filter(public_id=public_id).first()
            except ValueError:
                return None
    return None


class LessonForm(PortalModelForm):
    """A lesson. `clusters` are the learners the person may write for; `cited` is what it rests on already."""

    cluster = forms.ChoiceField(label=_("Who learned"), required=False)
    from_cluster = forms.ModelChoiceField(label=_("From whom"), queryset=Cluster.objects.none(), required=False, empty_label=_("the network"))
    cites = CitationField(label=_("What it rests on"), required=False)
    topics = forms.ModelMultipleChoiceField(label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of the text"))

    class Meta:
        model = Lesson
        fields = ["title", "text", "change", "level", "audience", "language"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 7}),
            "change": forms.Textarea(attrs={"rows": 5}),
            "level": forms.RadioSelect,
            "audience": forms.RadioSelect,
        }
        help_texts = {
            "title": _("A whole sentence that can stand alone"),
            "text": _("What you saw or heard, and what you make of it"),
            "change": _("What your region does differently now, or will"),
            "level": _("One person, an organisation, those around it, or others outside"),
        }

    def __init__(
        self, data: Any = None, *, user: Any, clusters: Sequence[Cluster | None], cited: Sequence[Thing] = (), stored: Lesson | None = None
    ) -> None:
        self._clusters = {c.slug: c for c in clusters if c is not None}
        super().__init__(data, instance=stored, initial=initial_of(stored, [*self._clusters.values()], cited))
        fields: dict[str, Any] = self.fields
        fields["cluster"].choices = [(key, str(c)) for key, c in self._clusters.items()]
        if len(self._clusters) == 1:
            self.settle("cluster", next(iter(self._clusters)))
        fields["from_cluster"].queryset = Cluster.objects.visible_to(user)
        fields["language"].choices = languages()
        fields["level"].choices = [("", _("not stated")), *fields["level"].choices[1:]]
        fields["cites"].offer(citable(user), cited)

    @property
    def chosen(self) -> Cluster:
        """The learner, also while the form is not valid."""
        return self._clusters.get(str(self.data.get("cluster", "")), next(iter(self._clusters.values())))

    def citation_groups(self) -> list[dict[str, Any]]:
        """The boxes of `cites` by kind, for the template; a group with a ticked one is open."""
        boxes = iter(self["cites"].subwidgets)
        groups = []
        for label, offered in self.fields["cites"].choices:  # type: ignore[attr-defined]  # a ChoiceField
            rows = [next(boxes) for _pair in offered]
            ticked = sum(box.data["selected"] for box in rows)
            groups.append({"label": label, "boxes": rows, "ticked": ticked, "open": ticked > 0})
        return groups

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        giver = data.get("from_cluster")
        if giver is not None and giver == self.chosen:
            self.add_error("from_cluster", _("This is the region that learned. Choose the region it learned from."))
        if self.instance.status == LessonStatus.SHARED and not data.get("cites") and "cites" not in self.errors:
            self.add_error("cites", _("A shared lesson rests on something. Tick at least one source."))
        return data

    @property
    def facts(self) -> LessonFacts:
        """What the acts take, named one by one. Call after is_valid."""
        data = self.cleaned_data
        return {
            "from_cluster": data["from_cluster"], "title": data["title"], "text": data["text"], "change": data["change"],
            "level": data["level"], "audience": data["audience"], "language": data["language"],
        }  # fmt: skip


def initial_of(stored: Lesson | None, clusters: list[Cluster], cited: Sequence[Thing]) -> dict[str, Any]:
    """A lesson from a cited thing begins with the region that made it as giver."""
    if stored is not None:
        return {"from_cluster": stored.from_cluster, "topics": list(stored.topics.all())}
    learner = clusters[0]
    givers = [t.cluster for t in cited if isinstance(t, Session | GoodPractice | FeedbackRequest) and t.cluster_id not in (None, learner.pk)]
    return {
        "cluster": learner.slug,
        "from_cluster": next(iter(givers), None),
        "language": get_language() or "en",
        "audience": Audience.NETWORK,
    }
