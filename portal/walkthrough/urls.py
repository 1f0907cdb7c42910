"""Addresses of the reading half."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
