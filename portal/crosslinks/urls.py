"""Addresses where the halves meet."""

from django.urls import URLPattern, path

from portal.crosslinks.kindlist import kinds
from portal.crosslinks.kindpage import kind
from portal.crosslinks.replay import trace
from portal.crosslinks.search.page import search
from portal.crosslinks.subpage import sub

urlpatterns: list[URLPattern] = [
    path("search", search, name="search"),
    path("kinds/", kinds, name="kinds"),
    path("kinds/<str:kind>", kind, name="kind"),
    path("kinds/<str:kind>/<str:name>", sub, name="subresource"),
    path("-/trace/<str:cluster>/<str:kind>", trace, name="trace"),
]
