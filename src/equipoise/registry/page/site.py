"""Where a page stands in the site: every address in it is written from there, so that it needs no host.

The site is the same whether it is served or lies in folders: `/` and `/fr/`, then `search/`, `match/`,
`about/`, `studies/NUMBER/` with `related/`, `findings/`, `history/` and `record.json` in it, and `static/`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page's own path below its language, without slashes around it (`studies/NCT01`, empty: the start).

    `query`: what follows the path in its address, for the same page in the other language.
    `depth`: how many folders deep the page is when its address has not the form of a page (an error).
    """

    path: str = ""
    language: str = "en"
    query: str = ""
    depth: int | None = None
    languages: tuple[str, ...] = LANGUAGES

    @property
    def root(self) -> str:
        """The way up to the root of the site: `../../`, `./` at the root itself."""
        own = len(self.path.split("/")) if self.path else 0
        folders = own + (self.language != "en") if self.depth is None else self.depth
        return "../" * folders or "./"

    @property
    def folder(self) -> str:
        """The folder of this page below the root, as a static site lays it out."""
        return "/".join(filter(None, [_prefix(self.language), self.path]))

    def to(self, path: str) -> str:
        """The address of another page in the same language."""
        return self.root + "".join(f"{part}/" for part in (_prefix(self.language), path) if part)

    def file(self, path: str) -> str:
        """The address of a file that belongs to a page."""
        return self.to(path).removesuffix("/")

    def asset(self, name: str) -> str:
        """The address of a stylesheet, picture or script."""
        return f"{self.root}static/{name}"

    def other(self, language: str) -> str:
        """The address of this page in a language."""
        return self.root + "".join(f"{part}/" for part in (_prefix(language), self.path) if part) + self.query

    def at(self, path: str) -> Place:
        """The place of another page in the same language."""
        return replace(self, path=path, query="", depth=None)


def _prefix(language: str) -> str:
    return "" if language == "en" else language
