"""The directory of a region; its people, invitations and who waits, for its managers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.forms import clean_text
from inno4sports.core.http import actor_of, one_time, paged
from inno4sports.core.lifecycle import steps_open_to
from inno4sports.core.permissions import allowed, require

from ..domain import member as acts
from ..forms.member import InviteForm
from ..forms.organisation import MemberFilter
from ..models import Cluster, Invitation, Membership, Organisation
from ..search import matching
from ..states import OrganisationStatus
from .cluster import visible_cluster


@login_not_required
@require_safe
def cluster_members(request: HttpRequest, slug: str) -> HttpResponse:
    """The directory; a manager also sees who waits or is not shown, the people and the invitations."""
    cluster = visible_cluster(request, slug)
    rows = Organisation.objects.visible_to(request.user).of_cluster(cluster).approved()
    form = MemberFilter(request.GET)
    if form.is_valid():
        rows = matching(rows, form.cleaned_data["q"])
        if segment := form.cleaned_data["segment"]:
            rows = rows.filter(segment=segment)
        if topic := form.cleaned_data["topic"]:
            rows = rows.filter(topics__slug=topic)
    page = paged(request, rows.prefetch_related("topics"))
    context = {"cluster": cluster, "form": form, "page": page, "filtered": any(request.GET.get(n) for n in form.fields)}
    if allowed(request.user, "clusters.invite_member", cluster):
        context |= {"manages": True, **for_managers(request, cluster)}
    return render(request, "clusters/cluster_members.html", context)


def for_managers(request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
    """What only the managers of the region see."""
    others = list(Organisation.objects.of_cluster(cluster).exclude(status=OrganisationStatus.APPROVED).order_by("-changed_at"))
    for organisation in others:
        organisation.cluster = cluster
    waiting = [o for o in others if o.status == OrganisationStatus.PENDING]
    return {
        "waiting": [(o, steps_open_to(o, request.user)) for o in waiting],
        "not_shown": [o for o in others if o.status != OrganisationStatus.PENDING],
        "people": Membership.objects.current().filter(cluster=cluster).select_related("user", "organisation").order_by("user__name"),
        "invitations": Invitation.objects.open().filter(cluster=cluster).select_related("organisation"),
    }


@require_http_methods(["GET", "POST"])
@one_time
def member_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """A manager invites a person; an administrator appoints a manager. `?organisation=` fills its contact in."""
    cluster = visible_cluster(request, slug)
    manages = allowed(request.user, "clusters.invite_member", cluster)
    if not manages:
        require(request.user, "clusters.appoint_manager", cluster)
    form = InviteForm(request.POST or None, cluster=cluster, managers_only=not manages, initial=suggested(request, cluster))
    if request.method == "POST" and form.is_valid():
        invitation = acts.invite_member(cluster, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Invitation on its way to %(email)s") % {"email": invitation.email})
        return redirect("clusters:cluster_members", slug=slug) if manages else redirect(cluster)
    context = {"cluster": cluster, "form": form, "manages": manages}
    return render(request, "clusters/member_invite.html", context, status=422 if form.errors else 200)


def suggested(request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
    """What the form begins with: the contact of the organisation that the address names."""
    rows = Organisation.objects.visible_to(request.user).of_cluster(cluster).approved()
    organisation = rows.filter(slug=clean_text(request.GET.get("organisation", ""))).first()
    if organisation is None or not allowed(request.user, "clusters.see_contacts", organisation):
        return {"language": cluster.main_language}
    contact = {"name": organisation.contact_name, "email": organisation.contact_email, "language": organisation.contact_language}
    return {**contact, "organisation": organisation.slug}


@require_POST
@one_time
def invitation_withdraw(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.withdraw_invitation", cluster)
    invitation = acts.withdraw_invitation(get_object_or_404(cluster.invitations, public_id=public_id), by=actor_of(request))
    messages.success(request, _("Invitation withdrawn: %(email)s") % {"email": invitation.email})
    return redirect("clusters:cluster_members", slug=slug)


@require_http_methods(["GET", "POST"])
@one_time
def member_remove(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """GET says what it means, POST removes."""
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.remove_member", cluster)
    rows = Membership.objects.filter(cluster=cluster, removed_at=None).select_related("user", "organisation")
    membership = get_object_or_404(rows, user__public_id=public_id)
    if request.method == "POST":
        acts.remove_member(membership, by=actor_of(request))
        messages.success(request, _("%(name)s has no access to the cluster any more.") % {"name": membership.user.name})
        mine = membership.user_id == request.user.pk
        return redirect(cluster) if mine else redirect("clusters:cluster_members", slug=slug)
    return render(request, "clusters/member_remove.html", {"cluster": cluster, "membership": membership})
