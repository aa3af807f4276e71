"""The shape of a command's data, checked once before a chapter reads it: every field is text, but for those that
are listed here. A number that is not text, or a list where a word is asked, is refused and never guessed at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.conduct.command import Command, Context, Decision, Handler
from equipoise.conduct.errors import refuse


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _truth(value: Any) -> bool:
    return _text(value) or isinstance(value, bool)


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(isinstance(each, str) for each in value))


def _words(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and all(_truth(each) for each in value.values()))


def _entries(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _changes(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and misshapen(value) is None)


SHAPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "happened": (_truth, "yes or no"),
    "blinded": (_truth, "true or false"),
    "serious": (_truth, "true or false"),
    "complete": (_truth, "true or false"),
    "criteria": (_texts, "a list of words"),
    "to": (_texts, "a list of people"),
    "causality": (_words, "a word for each product"),
    "expected": (_words, "true or false for each product"),
    "values": (_entries, "an entry for each item"),
    "changes": (_changes, "the new value of each field"),
}


def misshapen(data: Mapping[str, Any]) -> str | None:
    """What is wrong with the shape of a command's data, None when it is sound."""
    for name, value in data.items():
        if name in SHAPES:
            fits, words = SHAPES[name]
            if not fits(value):
                return f"`{name}` is to be {words}"
        elif not (value is None or isinstance(value, str)):
            return f"`{name}` is to be text; numbers are text as entered"
    return None


def shaped(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers of a chapter, each behind the check of the shape of its data."""
    return {kind: _checked(handler) for kind, handler in handlers.items()}


def _checked(handler: Handler) -> Handler:
    def checked(context: Context, command: Command) -> Decision:
        wrong = misshapen(command.data)
        return refuse("COND-010", command, wrong) if wrong is not None else handler(context, command)

    return checked
