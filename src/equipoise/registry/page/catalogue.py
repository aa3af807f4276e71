"""The words of the page in each language, read straight from gettext `.po` files.

English is the language of the message ids; `locale/<language>.po` holds any other. Reading the text
files directly keeps compiled files out of the repository, and jinja2 sees an ordinary translations
object.
"""

from __future__ import annotations

import ast
import gettext
from functools import lru_cache
from importlib.resources import files

from equipoise.registry.errors import registry_error


class Catalogue(gettext.NullTranslations):
    """Translations from message id to message; an absent one falls back to the English id."""

    def __init__(self, language: str, messages: dict[str, str]) -> None:
        super().__init__()
        self.language = language
        self.messages = messages

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self.messages.get(message) or message


@lru_cache(maxsize=8)
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language (`en`, `fr`). Error: REGI-009 when there is none."""
    if language == "en":
        return Catalogue("en", {})
    source = files("equipoise.registry.page").joinpath("locale", f"{language}.po")
    if not language.isalpha() or not source.is_file():
        raise registry_error("REGI-009", "page", language)
    return Catalogue(language, read_po(source.read_text(encoding="utf-8")))


def read_po(text: str) -> dict[str, str]:
    """Message id to message of a `.po` text: `msgid` and `msgstr` with continued lines, comments left out."""
    messages: dict[str, str] = {}
    parts: dict[str, str] = {}
    current = ""
    for line in [*text.splitlines(), ""]:
        word, _, rest = line.strip().partition(" ")
        if word in ("msgid", "msgstr"):
            if word == "msgid" and "msgstr" in parts:
                messages[parts["msgid"]] = parts["msgstr"]
                parts = {}
            current, parts[word] = word, ast.literal_eval(rest)
        elif line.startswith('"') and current:
            parts[current] += ast.literal_eval(line)
    if "msgstr" in parts:
        messages[parts["msgid"]] = parts["msgstr"]
    messages.pop("", None)
    return messages
