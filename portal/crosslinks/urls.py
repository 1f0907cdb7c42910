"""Addresses where the halves meet."""

from django.urls import URLPattern, path

from portal.crosslinks.replay import trace

urlpatterns: list[URLPattern] = [
    path("-/trace/<str:cluster>/<str:kind>", trace, name="trace"),
]
