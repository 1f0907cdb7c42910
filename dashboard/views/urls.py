"""Addresses of the live half."""

from django.urls import path

from dashboard.views import object as one
from dashboard.views.overview import overview
from dashboard.views.table import table

urlpatterns = [
    path("c/<str:cluster>/", overview, name="overview"),
    path("c/<str:cluster>/<str:kind>", table, name="table"),
    path("c/<str:cluster>/<str:kind>/<str:namespace>/<str:name>", one.summary, name="object"),
    path(
        "c/<str:cluster>/<str:kind>/<str:namespace>/<str:name>/yaml", one.yaml, name="object-yaml"
    ),
    path(
        "c/<str:cluster>/<str:kind>/<str:namespace>/<str:name>/events",
        one.events,
        name="object-events",
    ),
]
