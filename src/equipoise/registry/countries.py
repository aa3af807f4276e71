"""Countries in words: codes of ISO 3166-1 and the names that registries write, in English and French."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


def country_name(text: str, language: str = "en") -> str:
    """The name of a country that is given by its code or by a registry's name for it; any other text as it stands.

    A registry's own English name is left as it is written.
    """
    found = _known().get(text.strip().casefold())
    if found is None or (language == "en" and len(text) != 2):
        return text
    return found[1] if language == "fr" else found[0]


def english_names() -> tuple[str, ...]:
    """Every name that registries write, in order: what a form can offer."""
    return tuple(sorted({names[0] for names in _known().values()}))


def registry_names(text: str) -> tuple[str, ...]:
    """All English names of the country that is given by its code, a registry's name or its French name; the text
    alone for a country that is not known."""
    found = _known().get(text.strip().casefold())
    return found[2] if found else (text,)


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """By code and by each name, without capitals: the English name, the French one, all English ones."""
    source = files("equipoise.registry").joinpath("countries.txt").read_text(encoding="utf-8")
    known = {}
    for line in source.splitlines():
        if not line.startswith("#"):
            code, english, french = line.split("|")
            names = tuple(english.split(";"))
            for name in (code, french, *names):
                known[name.casefold()] = (names[0], french, names)
    return known
