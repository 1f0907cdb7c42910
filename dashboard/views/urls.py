"""Addresses of the live half."""

from django.urls import path

from dashboard.views.overview import overview
from dashboard.views.table import table

urlpatterns = [
    path("c/<str:cluster>/", overview, name="overview"),
    path("c/<str:cluster>/<str:kind>", table, name="table"),
]
