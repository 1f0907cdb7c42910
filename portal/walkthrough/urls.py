"""Addresses of the reading half: chapters, files and symbols, and what is held against versions."""

from django.urls import URLPattern, path

from portal.walkthrough import audits, codeviews, views

VERSIONS = "<slug:project>@<str:old>...<str:new>"
"""Two versions of one project; it is no version itself, so it comes before one."""

urlpatterns: list[URLPattern] = [
    path("source/check", audits.check, name="check-text"),
    path(f"source/{VERSIONS}/", audits.compare, name="compare"),
    path(f"source/{VERSIONS}/<path:folder>", audits.compare_package, name="compare-package"),
    path("learn/", views.books, name="books"),
    path("learn/drift", audits.drift, name="drift"),
    path("learn/<slug:book>", views.book, name="book"),
    path("learn/<slug:book>/<slug:chapter>", views.chapter, name="chapter"),
    path("source/", views.sources, name="sources"),
    path("source/import", views.source_import, name="source-import"),
    path("source/<slug:project>@<str:version>/", codeviews.source, name="source-root"),
    path("source/<slug:project>@<str:version>/<path:path>", codeviews.source, name="source"),
    path("symbol/<path:importpath>/<str:name>", codeviews.symbol, name="symbol"),
]

of_no_language: list[URLPattern] = [path("s/<str:short>", codeviews.short, name="short")]
"""Addresses that lead everybody to pages in a language of their own."""
