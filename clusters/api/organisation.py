"""Member organisations as programs read and write them."""

from typing import Any

from django import forms

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, References, ThingShape, shape_of
from inno4sports.core.api.writing import Act

from ..domain import organisation as acts
from ..forms.organisation import OrganisationForm
from ..models import Cluster, Organisation


@shape_of("clusters.organisation")
class OrganisationShape(ThingShape):
    cluster = Reference("clusters.cluster")
    topics = References("clusters.topic")
    segment_label = Label("segment")
    status_label = Label("status")
    guarded = {"contact_name": "clusters.see_contacts", "contact_email": "clusters.see_contacts"}

    class Meta:
        model = Organisation
        fields = [
            "id", "slug", "url", "version", "language", "cluster", "name", "segment", "segment_label", "summary", "website", "city", "topics",
            "contact_name", "contact_email", "status", "status_label", "origin", "sources", "created_at", "changed_at",
        ]  # fmt: skip


class OrganisationBody(OrganisationForm):
    """The page's form, and for which of the clusters that the person manages."""

    cluster = forms.ChoiceField()  # type: ignore[assignment]  # on the page it is the address

    def __init__(self, data: Any = None, *, clusters: list[Cluster], instance: Organisation | None = None) -> None:
        slugs = {cluster.slug: cluster for cluster in clusters}
        self.chosen = slugs.get(str((data or {}).get("cluster")), clusters[0])
        super().__init__(data, cluster=self.chosen, instance=instance)
        self.fields["cluster"].choices = [(slug, str(cluster)) for slug, cluster in slugs.items()]  # type: ignore[attr-defined]  # a ChoiceField
        if len(clusters) == 1:
            self.settle("cluster", clusters[0].slug)

    @property
    def said(self) -> dict[str, Any]:
        """What the acts take, without the cluster."""
        return {name: value for name, value in self.cleaned_data.items() if name != "cluster"}


class Organisations(Resource):
    name, scope, model, shape, form = "organisations", "clusters", Organisation, OrganisationShape, OrganisationBody
    order = ("-id",)
    filters = {"cluster": "cluster__slug", "segment": "segment", "topic": "topics__slug", "status": "status"}
    create_permission, edit_permission = "clusters.add_organisation", "clusters.edit_organisation"
    acts = (
        Act("approve_organisation", acts.approve_organisation),
        Act("decline_organisation", acts.decline_organisation),
        Act("archive_organisation", acts.archive_organisation),
        Act("restore_organisation", acts.restore_organisation),
    )

    def build(self, data: Any, files: Any, thing: Any = None) -> OrganisationBody:
        clusters = self.request.user.managed_clusters if thing is None else [thing.cluster]
        return OrganisationBody(data, clusters=clusters, instance=thing)

    def make(self, form: OrganisationBody) -> Organisation:
        return acts.add_organisation(form.chosen, by=self.actor(), **form.said)

    def change(self, thing: Organisation, form: OrganisationBody, version: int | None) -> Organisation:
        return acts.edit_organisation(thing, by=self.actor(), version=version, **form.said)
