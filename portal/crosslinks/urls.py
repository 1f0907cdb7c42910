"""Addresses where the halves meet."""

from django.urls import URLPattern, path

from portal.crosslinks import kindpage
from portal.crosslinks.replay import trace
from portal.crosslinks.search.page import search

urlpatterns: list[URLPattern] = [
    path("search", search, name="search"),
    path("kinds/", kindpage.kinds, name="kinds"),
    path("kinds/<str:kind>", kindpage.kind, name="kind"),
    path("kinds/<str:kind>/<str:subresource>", kindpage.sub, name="subresource"),
    path("-/trace/<str:cluster>/<str:kind>", trace, name="trace"),
]
