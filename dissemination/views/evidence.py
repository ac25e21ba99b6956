"""Who learned from whom: picture and table; the gaps for those who can close them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.forms.filters import ListFilter
from dissemination.evidence import gaps, longest_thread
from dissemination.flows import flows_with_lessons
from dissemination.picture import flow_picture


@login_not_required
@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """As much as this reader may see; what is closed is drawn as seen by the network."""
    filters = ListFilter(request, only=("cluster", "topic"))
    chosen = filters.cleaned_data if filters.is_valid() else {}
    found = flows_with_lessons(request.user, filters.clusters, cluster=chosen.get("cluster", ""), topic=chosen.get("topic", ""))
    context = {
        "filters": filters,
        "flows": found,
        "total": sum(flow.count for flow in found),
        "picture": flow_picture(found),
        "thread": longest_thread(request.user, filters.clusters),
    }
    return render(request, "dissemination/evidence.html", context)


@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    """What is missing, named to those who can close it: the own regions; all for the coordinator and editors."""
    return render(request, "dissemination/gap_list.html", {"gaps": gaps(request.user)})
