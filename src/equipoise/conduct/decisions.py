"""Decisions that the record leaves open: practice and simulation run on assumptions, live does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.study.study import Study


def undecided(study: Study, mode: str | None, act: str) -> tuple[str, ...]:
    """The decisions that bar an act (`randomise`, `dose`, `analyse`) in this mode.

    Live: all that block the act and are not decided. Practice and simulation: those without even an
    assumption.
    """
    enough = ("decided",) if mode == "live" else ("decided", "assumption")
    return tuple(
        f"{name}: {decision.question}"
        for name, decision in study.definition.decisions.items()
        if act in decision.blocks and decision.status not in enough
    )
