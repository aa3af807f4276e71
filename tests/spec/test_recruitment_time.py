"""When the last participant is in: a gamma distribution at a constant rate; simulation where sites open and grow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import equipoise as eq
from equipoise.errors import EquipoiseError


def test_a_constant_rate_gives_the_gamma_distribution() -> None:
    found = eq.recruitment_time(122, [eq.RecruitingSite(rate=7)], shares=(0.05, 0.5, 0.95))
    assert (found.mean, found.sd) == pytest.approx(
        (122 / 7, math.sqrt(122) / 7), abs=1e-9
    )  # 17.4285714, 1.5779087
    for share, time in found.quantiles.items():
        assert time == pytest.approx(stats.gamma(122, scale=1 / 7).ppf(share), abs=1e-9)


def test_sites_together_are_one_with_their_rates_added() -> None:
    many = eq.recruitment_time(30, [eq.RecruitingSite(rate=0.5)] * 4)
    assert many == eq.recruitment_time(30, [eq.RecruitingSite(rate=2)])


def test_a_start_that_is_late_moves_everything() -> None:
    now = eq.recruitment_time(1, [eq.RecruitingSite(rate=2)])
    late = eq.recruitment_time(1, [eq.RecruitingSite(rate=2, opens=3)])
    assert late.mean == pytest.approx(now.mean + 3) and late.sd == pytest.approx(now.sd)


def test_openings_and_ramps_agree_with_simulation() -> None:
    sites = [
        eq.RecruitingSite(rate=1.5, ramp=6),
        eq.RecruitingSite(rate=1.0, opens=4, ramp=3),
        eq.RecruitingSite(rate=2.0, opens=9),
    ]
    rng, trials, horizon, n = np.random.default_rng(11), 4000, 40.0, 40
    last = np.empty(trials)
    for trial in range(trials):
        arrived = []
        for site in sites:
            times = site.opens + rng.uniform(0, horizon, rng.poisson(site.rate * horizon))
            kept = rng.random(len(times)) < (
                1.0 if not site.ramp else np.minimum(1, (times - site.opens) / site.ramp)
            )
            arrived.append(times[kept])
        last[trial] = np.sort(np.concatenate(arrived))[n - 1]
    found = eq.recruitment_time(n, sites)
    assert found.mean == pytest.approx(last.mean(), abs=4 * last.std() / math.sqrt(trials))
    assert found.sd == pytest.approx(last.std(), rel=0.05)
    for share, time in found.quantiles.items():
        assert np.mean(last <= time) == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / trials))


@pytest.mark.parametrize(
    "call",
    [
        lambda: eq.RecruitingSite(rate=0),
        lambda: eq.RecruitingSite(rate=1, opens=-1),
        lambda: eq.RecruitingSite(rate=1, ramp=math.inf),
        lambda: eq.recruitment_time(10, []),
        lambda: eq.recruitment_time(0, [eq.RecruitingSite(rate=1)]),
        lambda: eq.recruitment_time(10, [eq.RecruitingSite(rate=1)], shares=(1.0,)),
        lambda: eq.recruitment_time(10, [eq.RecruitingSite(rate=1e-12)]),
    ],
)
def test_what_recruits_nobody_is_refused(call) -> None:
    with pytest.raises(EquipoiseError, match="DSGN-001"):
        call()
