"""What interim looks cost in participants: the size of a fixed design, made larger so that the power stays.

A group-sequential test needs the information of the fixed one times its inflation. The size here is by the normal
approximation; for proportions `exact_operating` says what the whole numbers really do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.sequential import Boundaries, drift_for, expected_information, inflation
from equipoise.analysis.design.size import Size
from equipoise.analysis.design.time_to_event import SurvivalSize
from equipoise.analysis.design.two_proportions import inflated
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SequentialSize(Shown):
    """Participants of a group-sequential trial.

    looks: by look, participants with data of each group, real numbers; groups: the whole ones at the last look;
    randomised: these before the loss. inflation: last look over the fixed design. expected: mean participants of all
    groups when the effect is as assumed, half of it, and none. Of times to an event the information is in the `events`
    of each look: then looks are empty, all participants are randomised, and expected are events.
    """

    looks: tuple[tuple[float, ...], ...]
    groups: tuple[int, ...]
    randomised: tuple[int, ...]
    inflation: float
    expected: tuple[float, float, float]
    events: tuple[float, ...] = ()

    @property
    def total(self) -> int:
        """Participants with data at the last look, all groups."""
        return sum(self.groups)


def sequential_size(fixed: Size | SurvivalSize, bounds: Boundaries) -> SequentialSize:
    """The participants that give a fixed design's power, looked at as the bounds say; with times to an event, the
    events of each look and the participants who have so many by the end of the study.

    The bounds' error must be that of the fixed design. `time_of_events` says when a look comes. Raises DSGN-004 for
    bounds whose last look is not the end.

    >>> fixed = eq.proportions_size(0.75, 0.50)
    >>> eq.sequential_size(fixed, eq.boundaries("LDOF", [0.5, 1.0])).groups
    (58, 58)
    """
    if isinstance(fixed, SurvivalSize):
        return _of_events(fixed, bounds)
    if abs(bounds.information[-1] - 1) > 1e-9:
        raise design_error(
            "DSGN-004", "looks", f"the last look at {bounds.information[-1]:g} of the information"
        )
    more = inflation(bounds, fixed.wanted)
    most = tuple(each * more for each in fixed.exact)
    drift = drift_for(bounds, fixed.wanted)
    groups = tuple(math.ceil(each - 1e-9) for each in most)
    return SequentialSize(
        looks=tuple(tuple(each * share for each in most) for share in bounds.information),
        groups=groups,
        randomised=tuple(inflated(each, fixed.loss) for each in groups),
        inflation=more,
        expected=tuple(sum(most) * expected_information(bounds, part * drift) for part in (1.0, 0.5, 0.0)),
    )


def _of_events(fixed: SurvivalSize, bounds: Boundaries) -> SequentialSize:
    """The same plan, with as many more participants as the events need."""
    plain = sequential_size(fixed.size, bounds)
    most = plain.inflation * sum(
        n * chance for n, chance in zip(fixed.size.exact, fixed.chances, strict=True)
    )
    drift = drift_for(bounds, fixed.size.wanted)
    parts = tuple(most * expected_information(bounds, part * drift) for part in (1.0, 0.5, 0.0))
    return replace(
        plain, looks=(), expected=(parts[0], parts[1], parts[2]),
        events=tuple(most * share for share in bounds.information),
    )  # fmt: skip
