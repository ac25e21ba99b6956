"""All addresses. Pages stand under a language prefix except English; what machines ask for has none."""

from allauth.idp.oidc import views as oidc
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from clusters.views import device
from dissemination.views import digest
from inno4sports import search, views
from inno4sports.core.api.limits import limited
from inno4sports.core.api.oauth import at_home, takes

handler400 = "inno4sports.core.http.bad_request"
handler403 = "inno4sports.core.http.permission_denied"
handler404 = "inno4sports.core.http.page_not_found"
handler500 = "inno4sports.core.http.server_error"

urlpatterns = [
    path("health/live", views.health_live, name="health_live"),
    path("health/ready", views.health_ready, name="health_ready"),
    path("metrics", views.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("api/v1/", include("inno4sports.api")),
    # Ours before allauth's: the page where a person approves a program is one of the portal's, and nobody guesses secrets without end.
    path("identity/o/device", device.device_authorization, name="device_authorization"),
    path("identity/o/api/token", takes("POST")(limited(oidc.token))),
    path("identity/o/api/device/code", takes("POST")(limited(at_home(oidc.device_code)))),
    path("identity/o/api/revoke", takes("POST")(limited(oidc.revoke))),
    path(".well-known/openid-configuration", takes("GET", "HEAD")(at_home(oidc.configuration))),
    path("", include("allauth.idp.urls")),
    path("unsubscribe/<str:token>/", digest.unsubscribe, name="unsubscribe"),
]

if not settings.PRODUCTION:
    # Shut in production until a second factor exists (docs/permissions.md).
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("search/", search.search, name="search"),
    path("files/<uuid:public_id>/", views.file, name="file"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("imprint/", views.imprint, name="imprint"),
    path("contact/", views.contact, name="contact"),
    path("accounts/", include("allauth.account.urls")),
    *([path("demo/", include("inno4sports.demo.urls"))] if settings.DEMO else []),
    path("", include("clusters.urls")),
    path("", include("learning.urls")),
    path("", include("actionplans.urls")),
    path("", include("dissemination.urls")),
    prefix_default_language=False,
)
