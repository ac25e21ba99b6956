"""Lessons as programs read and write them."""

from typing import Any

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Cites, Label, Reference, References, ThingShape, shape_of
from inno4sports.core.api.writing import Act

from ..domain import lesson as acts
from ..forms.lesson import LessonForm
from ..models import Lesson


@shape_of("learning.lesson")
class LessonShape(ThingShape):
    cluster = Reference("clusters.cluster")
    from_cluster = Reference("clusters.cluster")
    topics = References("clusters.topic")
    status_label = Label("status")
    cites = Cites(source="citations")

    class Meta:
        model = Lesson
        fields = [
            "id", "slug", "url", "version", "language", "title", "text", "change", "level", "audience", "status", "status_label",
            "cluster", "from_cluster", "topics", "cites", "origin", "sources", "created_at", "changed_at", "shared_at",
        ]  # fmt: skip


class Lessons(Resource):
    name, scope, model, shape, form = "lessons", "learning", Lesson, LessonShape, LessonForm
    filters = {"cluster": "cluster__slug", "from_cluster": "from_cluster__slug", "topic": "topics__slug", "status": "status"}
    create_permission, edit_permission, delete_permission = "learning.write_lesson", "learning.edit_lesson", "learning.delete_lesson"
    acts = (Act("share_lesson", acts.share_lesson),)

    def build(self, data: Any, files: Any, thing: Any = None) -> LessonForm:
        user = self.request.user
        if thing is None:
            return LessonForm(data, user=user, clusters=user.managed_clusters)
        return LessonForm(data, user=user, clusters=[thing.cluster], cited=acts.cited_by(thing), stored=thing)

    def make(self, form: LessonForm) -> Lesson:
        data = form.cleaned_data
        return acts.write_lesson(cluster=form.chosen, cites=data["cites"], topics=data["topics"], by=self.actor(), **form.facts)

    def change(self, thing: Lesson, form: LessonForm, version: int | None) -> Lesson:
        data = form.cleaned_data
        return acts.edit_lesson(thing, cites=data["cites"], topics=data["topics"], by=self.actor(), version=version, **form.facts)

    def remove(self, thing: Lesson) -> None:
        acts.delete_lesson(thing, by=self.actor())
