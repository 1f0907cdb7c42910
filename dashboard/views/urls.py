"""Addresses of the live half."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
