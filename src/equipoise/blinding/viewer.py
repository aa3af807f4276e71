"""Who is looking. Masking belongs to a person and a participant; the role only says where it begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person in a role of the study; `site` for the roles of a site."""

    user: str
    role: str
    site: str | None = None
