"""The words of the page in each language, read straight from gettext `.po` files.

English is the language of the message ids; `locale/<language>.po` holds any other, with `<language>-<part>.po` beside
it for what a part of the registry says. A message id may have `{names}` that are filled elsewhere. Reading the text
files directly keeps compiled files out of the repository, and jinja2 sees an ordinary translations
object.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files

from equipoise.registry.errors import registry_error

FILLED = re.compile(r"\{([a-z_]+)\}")
NUMBER = r"\d[\d.,]*"
LONGEST = 1000  # signs of a text that is looked for among the patterns


class Catalogue(gettext.NullTranslations):
    """Translations from message id to message; an absent one falls back to the English id."""

    def __init__(self, language: str, messages: dict[str, str]) -> None:
        super().__init__()
        self.language = language
        self.messages = messages
        self._filled = lru_cache(maxsize=4096)(self._patterned)  # pages say the same words of many studies

    def gettext(self, message: str) -> str:
        """The message in this language; one that was made of a pattern of the catalogue by filling `{names}` is found
        by that pattern, and what fills it is said in this language too."""
        return self.messages.get(message) or self._filled(message) or message

    def _patterned(self, message: str) -> str:
        """The message by the first pattern that makes it; empty when none does. Patterns without much text of their
        own come last, so that the more telling one is taken."""
        for pattern, translated in self._patterns if len(message) <= LONGEST else ():
            if found := pattern.fullmatch(message):
                return translated.format(
                    **{name: self._part(text) for name, text in found.groupdict().items()}
                )
        return ""

    def _part(self, text: str) -> str:
        """What fills a pattern: a message of its own, or several with commas between, or else as it stands."""
        whole = self.gettext(text)
        if whole != text or ", " not in text:
            return whole
        return ", ".join(self.messages.get(part) or part for part in text.split(", "))

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        made = [(one, text) for one, text in self.messages.items() if FILLED.search(one)]
        made.sort(key=lambda pair: -len(FILLED.sub("", pair[0])))
        return tuple((_pattern(one), text) for one, text in made)


def french(text: str) -> str:
    """The text with the spaces of French: none that a line may end at before a high sign, inside quotation marks, in a
    number and before its unit. So files of messages are written with plain spaces."""
    text = re.sub(r"[ \u00a0\u202f]+([;?!])", "\u202f\\1", text)
    text = re.sub(r"[ \u00a0\u202f]+([:»%])", "\u00a0\\1", text)
    text = re.sub(r"«[ \u00a0\u202f]+", "«\u00a0", text)
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "\u202f", text)


SPACED: Mapping[str, Callable[[str], str]] = {"fr": french}


@lru_cache(maxsize=8)
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language (`en`, `fr`). Error: REGI-009 when there is none."""
    if language == "en":
        return Catalogue("en", {})
    folder = files("equipoise.registry.page").joinpath("locale")
    if not language.isalpha() or not folder.joinpath(f"{language}.po").is_file():
        raise registry_error("REGI-009", "page", language)
    parts = sorted(
        one.name for one in folder.iterdir() if re.fullmatch(rf"{language}(-[a-z]+)?\.po", one.name)
    )
    messages: dict[str, str] = {}
    for name in parts:
        messages |= read_po(folder.joinpath(name).read_text(encoding="utf-8"))
    return Catalogue(
        language, {message: SPACED.get(language, str)(text) for message, text in messages.items()}
    )


def _pattern(message: str) -> re.Pattern[str]:
    """What matches every text that a message with `{names}` can become; a name that begins with `number` stands for
    digits."""
    parts = FILLED.split(message)  # texts and names in turn
    made = (
        f"(?P<{part}>{NUMBER if part.startswith('number') else '.+?'})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
    return re.compile("".join(made), re.DOTALL)


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
