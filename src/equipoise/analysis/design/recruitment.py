"""How long it takes until enough participants are in: sites that open on their days and grow into their rates.

Participants of a site come as a Poisson process whose rate rises evenly from none to the full one during its ramp, as
in simulated trials. Those of all sites together are one too, so the time until the last of n comes is known exactly:
the number expected by then has a gamma distribution with shape n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, gammaln

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.given import is_number, is_whole
from equipoise.analysis.shown import Shown

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
PIECES = 60
LONGEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitingSite:
    """A site, in one unit of time: participants in a unit once it is in full swing, when it opens, and how long
    its rate rises evenly from none until then. Raises DSGN-001.

    >>> float(eq.RecruitingSite(rate=2, opens=3, ramp=2).expected(6.0))
    4.0
    """

    rate: float
    opens: float = 0.0
    ramp: float = 0.0

    def __post_init__(self) -> None:
        """Raises DSGN-001 for a rate that is none, or times below 0."""
        given = (self.rate, self.opens, self.ramp)
        if not all(map(is_number, given)) or self.rate <= 0 or self.opens < 0 or self.ramp < 0:
            raise design_error("DSGN-001", "site", f"rate {self.rate}, opens {self.opens}, ramp {self.ramp}")

    def expected(self, times: np.ndarray) -> np.ndarray:
        """The participants expected by these times."""
        open_for = np.maximum(0.0, times - self.opens)
        rising = np.minimum(open_for, self.ramp)
        grown = rising * rising / (2 * self.ramp) if self.ramp else np.zeros_like(open_for)
        return self.rate * (grown + np.maximum(0.0, open_for - self.ramp))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecruitmentTime(Shown):
    """When the last of n participants is in: mean and standard deviation, and times that a share of trials does not
    exceed, by share."""

    n: int
    mean: float
    sd: float
    quantiles: dict[float, float]


def recruitment_time(
    n: int, sites: Sequence[RecruitingSite], *, shares: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)
) -> RecruitmentTime:
    """The time until n participants are randomised at these sites, in the unit of their rates, since the start.

    shares: of the trials that are full by the times asked for. Rates are those of participants who are randomised: take
    off screening failures before. The rates are taken as known; that they are not widens the spread. Raises DSGN-001.

    >>> found = eq.recruitment_time(122, [eq.RecruitingSite(rate=7)])  # seven a month
    >>> round(found.mean, 2), round(found.sd, 2)
    (17.43, 1.58)
    """
    listed = tuple(sites)
    sure = all(is_number(each) and 0 < each < 1 for each in shares)
    if not is_whole(n) or not listed or not sure:
        raise design_error(
            "DSGN-001", "recruitment", f"{n} participants, {len(listed)} sites, shares {shares}"
        )
    ends = gammaincinv(n, np.array([1e-14, 1 - 1e-14]))
    edges = np.linspace(ends[0], ends[1], PIECES + 1)
    half = np.diff(edges)[:, None] / 2
    expected = (edges[:-1, None] + half + half * NODES).ravel()
    weights = (half * WEIGHTS).ravel() * np.exp((n - 1) * np.log(expected) - expected - gammaln(n))
    times = _when(expected, listed)
    mean = float(weights @ times)
    return RecruitmentTime(
        n=int(n),
        mean=mean,
        sd=float(np.sqrt(weights @ (times - mean) ** 2)),
        quantiles=dict(
            zip(map(float, shares), map(float, _when(gammaincinv(n, np.array(shares)), listed)), strict=True)
        ),
    )


def _when(expected: np.ndarray, sites: Sequence[RecruitingSite]) -> np.ndarray:
    """The times by which so many are expected: bisection for all at once. Raises DSGN-001 where it is endless."""
    low = np.zeros(len(expected))
    settled = max(each.opens + each.ramp for each in sites)
    high = np.full(len(expected), settled + float(expected.max()) / sum(each.rate for each in sites))
    if high[0] > LONGEST:
        raise design_error("DSGN-001", "recruitment", f"a time of {high[0]:g}")
    for _ in range(80):
        middle = (low + high) / 2
        enough = np.sum([each.expected(middle) for each in sites], axis=0) >= expected
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
