"""What a person asks (`Command`), what the engine answers when it does not do it (`Refusal`), and what a
chapter of conduct is given to decide with (`Context`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from equipoise.blinding import WAY
from equipoise.ledger.entry import Draft

if TYPE_CHECKING:
    from equipoise.conduct.state import ParticipantState, State
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDraws:
    """The sealed side of randomisation, handed to the engine from outside the ledger's database.

    draw(label) is an integer in [0, 2**32). The block sizes are sealed with the seed; both commitments are
    public.
    """

    draw: Callable[[str], int]
    block_sizes: tuple[int, ...] = ()
    seed_commitment: str = ""
    blocks_commitment: str | None = None

    def __call__(self, label: str) -> int:
        return self.draw(label)


class Command(Struct, frozen=True, kw_only=True, gc=False):
    """A request by a person.

    kind: one of the kinds in the registry of `conduct.engine`.
    id: unique; a repeated one gets its first answer.
    effective: when the thing happened or is done (ISO date, or UTC datetime ending in Z).
    site: the site for which the actor acts, None for the sponsor's people.
    data: JSON; numbers are text as entered.
    """

    kind: str
    id: str
    actor: str
    role: str
    effective: str
    site: str | None = None
    participant: str | None = None
    encounter: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None

    @property
    def day(self) -> date:
        """The calendar day on which the thing happened."""
        return _day(self.effective[:10])


DIGITS = tuple(f"{number:02}" for number in range(60))
"""The hours, minutes and seconds of a clock, as they are written."""


def stamp(at: datetime) -> str:
    """A moment in UTC as the ledger writes it, in whole seconds."""
    return f"{at.date().isoformat()}T{DIGITS[at.hour]}:{DIGITS[at.minute]}:{DIGITS[at.second]}Z"


def day_of(text: str) -> date:
    """The day of an ISO date or UTC datetime."""
    return _day(text[:10])


@lru_cache(maxsize=1024)
def _day(text: str) -> date:
    """A day is asked for by every rule of an act: the same few, again and again."""
    return date.fromisoformat(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an act was not done: coded, with the findings behind it and the protocol's words. Not an
    exception."""

    code: str
    place: str
    fault: str
    why: str = ""
    remedy: str = ""
    findings: tuple[Any, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.code} {self.place}: {self.fault}"]
        lines += [f"  - {finding}" for finding in self.findings]
        if self.why:
            lines.append(f"  Why: {self.why}")
        if self.remedy:
            lines.append(f"  Do: {self.remedy}")
        return "\n".join(lines)


class Context(Struct, frozen=True, kw_only=True, gc=False):
    """All that a decision may depend on: the definition, the folded past, the clock and the draws.

    participant: that of the state; the engine has checked that there is one for each command that asks for it.
    """

    study: Study
    state: State
    participant: ParticipantState
    at: datetime
    draw: SealedDraws
    recorded: str

    def draft(self, command: Command, kind: str, data: Mapping[str, Any], **changes: Any) -> Draft:
        """An event of this command: its envelope is the command's, unless `changes` says otherwise. What is of no
        encounter names none."""
        participant = self.participant
        draft = Draft(
            type=kind,
            participant=command.participant,
            encounter=None if kind in WAY else command.encounter,
            effective=command.effective,
            recorded=self.recorded,
            actor=command.actor,
            role=command.role,
            site=command.site or (participant.site if participant else None),
            command=command.id,
            reason=command.reason,
            study=self.study.digest,
            data=data,
        )
        return replace(draft, **changes) if changes else draft


Decision = tuple[Draft, ...] | Refusal
Handler = Callable[[Context, Command], Decision]
