"""The supplies that a scenario plans: their days, and whether its kits can reach anybody. For the compiled loop and the
whole engine alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from equipoise.simulation.errors import scenario_error
from equipoise.simulation.scenario import Scenario
from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One supply: the first and last day after randomisation on which it is due, and the days that it covers."""

    first: int
    last: int
    covers: int

    @property
    def middle(self) -> int:
        """The day for which the calendar plans it."""
        return (self.first + self.last) // 2


def planned_supplies(study: Study, scenario: Scenario) -> Sequence[Planned]:
    """The supplies of one participant, the first on the day of randomisation; none without treatment.

    A supply is due on the day on which the one before ends, or with the visit that is planned for that day, when all
    its encounters may take place.
    """
    each, whole = scenario.supply_days, scenario.treatment_days
    found = []
    for day in range(0, whole, each):
        windows = [
            encounter.window
            for encounter in study.definition.encounters.values()
            if day and encounter.anchor == "randomised_on" and encounter.day == day
        ]
        before = min((window.before for window in windows), default=0)
        after = min((window.after for window in windows), default=0)
        found.append(Planned(first=day - before, last=day + after, covers=min(each, whole - day)))
    return found


def check_kits(scenario: Scenario, regimens: Collection[str]) -> None:
    """Raises SIMU-009 for kits of a regimen that nobody is given, or that expire on their way."""
    if scenario.supply is None:
        return
    for name, kit in scenario.supply.kits.items():
        place = f"{scenario.scenario}: supply.kits.{name}"
        if name not in regimens:
            raise scenario_error("SIMU-009", place, "no regimen that is dispensed")
        if kit.shelf_days <= kit.batch_days + scenario.supply.lead_days or kit.maximum < kit.minimum:
            fault = "the kits of an old batch would expire on their way, or the maximum is below the minimum"
            raise scenario_error("SIMU-009", place, fault)
