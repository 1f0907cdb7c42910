"""Every address of the site; DESIGN's section 9 is a promise, so add, never move."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from portal import views
from portal.accounts import signin
from portal.walkthrough.urls import of_no_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz", views.livez, name="healthz"),
    path("metrics", views.metrics, name="metrics"),
    path("-/theme", views.theme, name="theme"),
    *of_no_language,
    *i18n_patterns(
        path("", views.home, name="home"),
        path("-/sign-in", signin.sign_in, name="sign_in"),
        path("-/sign-out", signin.sign_out, name="sign_out"),
        path("", include("dashboard.views.urls")),
        path("", include("portal.walkthrough.urls")),
        path("", include("portal.crosslinks.urls")),
        *([path("-/look", views.look, name="look")] if settings.ENVIRONMENT.debug else []),
        prefix_default_language=False,
    ),
]
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
