"""Resources of clusters."""

from django.urls import URLPattern

from inno4sports.core.api.routes import routes

from .cluster import Clusters
from .delivery import Deliveries
from .invitation import Invitations
from .member import Members
from .organisation import Organisations
from .topic import Topics
from .webhook import Webhooks

ROUTES: list[URLPattern] = routes(Clusters, Organisations, Members, Invitations, Topics, Webhooks, Deliveries)
