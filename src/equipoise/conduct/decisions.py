"""Decisions that the record leaves open: practice and simulation run on assumptions, live does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.study.study import Study


def undecided(study: Study, mode: str | None, act: str) -> tuple[str, ...]:
    """What bars an act (`randomise`, `dose`, `analyse`) in a ledger of this mode, in words."""
    return tuple(
        f"{name}: {decision.question}" for name, decision in study.open_decisions(act, mode or "live")
    )
