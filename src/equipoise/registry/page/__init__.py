"""The page of a study: one HTML document and one stylesheet, from any version 2 record."""

from __future__ import annotations

from equipoise.registry.page.render import NamedSection, RelatedTrial, render_page, stylesheet, write_site

__all__ = ["NamedSection", "RelatedTrial", "render_page", "stylesheet", "write_site"]
