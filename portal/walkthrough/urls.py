"""Addresses of the reading half: chapters, files and symbols."""

from django.urls import URLPattern, path

from portal.walkthrough import views

urlpatterns: list[URLPattern] = [
    path("learn/", views.books, name="books"),
    path("learn/<slug:book>", views.book, name="book"),
    path("learn/<slug:book>/<slug:chapter>", views.chapter, name="chapter"),
    path("source/", views.sources, name="sources"),
    path("source/import", views.source_import, name="source-import"),
    path("source/<slug:project>@<str:version>/", views.source, name="source-root"),
    path("source/<slug:project>@<str:version>/<path:path>", views.source, name="source"),
    path("symbol/<path:importpath>/<str:name>", views.symbol, name="symbol"),
]
