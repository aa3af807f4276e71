"""What the parts of a definition are made of: identifiers, words, rules, and a closed frozen structure."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Identifier = Annotated[
    str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]*$", description="letters, digits, underscore")
]
Rule = Annotated[str, Meta(min_length=1, description="an expression of the rule language")]
Words = Annotated[str, Meta(min_length=1)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every part: frozen, keyword-only, closed. A default is not written out, so that a field
    which a later version adds does not change the digest of an earlier study."""


class Window(Part):
    """Days allowed before and after the planned day of an encounter, both inclusive."""

    before: Annotated[int, Meta(ge=0)] = 0
    after: Annotated[int, Meta(ge=0)] = 0
