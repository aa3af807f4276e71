"""The addresses: pages in English at the root and in French below `/fr/`, programs below `/api/`."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from equipoise.web import api, views

NUMBER = r"(?P<nct_id>[A-Za-z0-9][A-Za-z0-9-]{3,39})"


def _pages(language: str) -> list[URLPattern]:
    prefix = "" if language == "en" else f"{language}/"
    given = {"language": language}
    return [
        re_path(rf"^{prefix}$", views.start, given),
        re_path(rf"^{prefix}search/$", views.search, given),
        re_path(rf"^{prefix}match/$", views.match, given),
        re_path(rf"^{prefix}about/$", views.about, given),
        re_path(rf"^{prefix}studies/{NUMBER}/(?P<view>record\.json)$", views.study, given),
        re_path(rf"^{prefix}studies/{NUMBER}/compare/$", views.compare, given),
        re_path(rf"^{prefix}studies/{NUMBER}/(?:(?P<view>related|findings|history)/)?$", views.study, given),
    ]


urlpatterns = [
    *_pages("en"),
    *_pages("fr"),
    re_path(r"^static/(?P<name>[a-z.]+)$", views.static),
    re_path(r"^api/search$", api.search),
    re_path(rf"^api/studies/{NUMBER}$", api.study),
    re_path(rf"^api/related/{NUMBER}$", api.related),
    re_path(r"^api/match$", api.match),
    re_path(r"^api/openapi\.json$", api.openapi),
]

handler400 = "equipoise.web.guard.not_understood"
handler404 = "equipoise.web.guard.not_found"
handler500 = "equipoise.web.guard.broken"
