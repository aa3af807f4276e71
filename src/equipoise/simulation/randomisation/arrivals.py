"""Who comes to this trial: in which order participants of which site and which strata are randomised.

Sites and their rates, openings and ramps are those of the scenario. The strata are those in which the whole engine
puts a sample of the scenario's virtual patients, so that no rule of the definition is written a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from equipoise.allocation import Seal, stratum_levels, stratum_name
from equipoise.simulation.characteristics.sample.screened import screen_sample
from equipoise.simulation.compiling import kept
from equipoise.simulation.keyed import exponential, key, uniform
from equipoise.simulation.randomisation.errors import assessment_error
from equipoise.simulation.scenario import Scenario, SiteSpec
from equipoise.study.study import Study

ORDER = np.uint64(1 << 60)
"""The place of the order of arrival in the path of a key: no participant has this number."""
HORIZON = 100 * 365
"""Days within which a trial is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The participants of many trials in order of randomisation.

    levels: the combinations of the strata's levels, the site not among them. shares: of the combinations. sites: their
    codes. level, site: numbers of both by trial and participant, (trials, participants).
    """

    levels: tuple[Mapping[str, str], ...]
    shares: tuple[float, ...]
    sites: tuple[str, ...]
    level: np.ndarray
    site: np.ndarray

    def strata(self, by_site: bool) -> tuple[list[str], np.ndarray]:
        """The names of all strata, and the number of each participant's: by the levels, or by levels and site."""
        if not by_site:
            return [stratum_name(each) for each in self.levels], self.level
        names = [stratum_name({**each, "site": site}) for each in self.levels for site in self.sites]
        return names, self.level * len(self.sites) + self.site


def shares_of(
    study: Study, scenario: Scenario, seal: Seal, *, size: int = 400, seed: int = 0
) -> dict[str, float]:
    """The share of each combination of strata among participants who are randomised, by name, the site left out."""
    found: dict[str, int] = {}
    for each in screen_sample(study, scenario, seal, size=size, seed=seed).randomised:
        assert each.subject is not None
        levels = stratum_levels(each.subject.state.stratum)
        levels.pop("site", None)
        name = stratum_name(levels)
        found[name] = found.get(name, 0) + 1
    return {name: count / sum(found.values()) for name, count in sorted(found.items())}


def arrivals_of(
    sites: Sequence[SiteSpec], shares: Mapping[str, float], *, planned: int, trials: int, seed: int
) -> Arrivals:
    """The order of arrival in many trials: Poisson at each site from its opening, thinner during its ramp.

    shares: of the strata by name. Raises LIST-003 where there is nobody to come.
    """
    if not sites or not shares or min(planned, trials) < 1 or max(site.per_month for site in sites) <= 0:
        raise assessment_error(
            "LIST-003", "arrivals", f"{len(sites)} sites, {planned} participants, {trials} trials"
        )
    days, cumulated, by_site = _intensities(sites)
    level = np.zeros((trials, planned), np.int32)
    site = np.zeros((trials, planned), np.int32)
    bounds = np.cumsum(np.array(list(shares.values())) / sum(shares.values()))
    _arrive(days, cumulated, by_site, bounds, np.uint64(seed), level, site)
    return Arrivals(
        levels=tuple(stratum_levels(name) for name in shares),
        shares=tuple(shares.values()),
        sites=tuple(each.site for each in sites),
        level=level,
        site=site,
    )


def _intensities(sites: Sequence[SiteSpec]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The days on which a rate changes, the expected arrivals until each, and each site's share of the arrivals of
    that day, cumulated; on the last day all sites are in full swing for good."""
    settled = max(each.opens + each.ramp for each in sites) + 1
    days = np.arange(settled + 1, dtype=float)
    rates = np.array([each.per_month / 30.0 * _swing(each, days) for each in sites])
    whole = rates.sum(axis=0)
    cumulated = np.concatenate([[0.0], np.cumsum(whole[:-1]), [whole[-1] * HORIZON]])
    share = np.cumsum(rates, axis=0) / np.where(whole > 0, whole, 1.0)
    return np.append(days, float(HORIZON)), cumulated, np.ascontiguousarray(share.T)


def _swing(site: SiteSpec, days: np.ndarray) -> np.ndarray:
    """The share of its rate that a site has reached on each day."""
    since = days - site.opens
    return np.clip(since / site.ramp, 0, 1) if site.ramp else (since >= 0).astype(float)


@kept
def _arrive(days, cumulated, by_site, bounds, seed, level, site):
    for trial in range(level.shape[0]):
        keyed = key(seed, trial, ORDER, 0)
        expected = 0.0
        day = 0
        for place in range(level.shape[1]):
            expected += exponential(keyed, 3 * place)
            while day < by_site.shape[0] - 1 and cumulated[day + 1] < expected:
                day += 1
            site[trial, place] = _first_above(by_site[day], uniform(keyed, 3 * place + 1))
            level[trial, place] = _first_above(bounds, uniform(keyed, 3 * place + 2))


@njit
def _first_above(bounds, share):
    for place in range(bounds.size - 1):
        if share < bounds[place]:
            return place
    return bounds.size - 1
