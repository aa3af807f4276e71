"""The constants and sample-size ratios that Jennison and Turnbull print for equal looks.

Source: Jennison C, Turnbull BW. Group Sequential Methods with Applications to Clinical Trials (2000), tables 2.1 to
2.4 (two-sided tests of Pocock, and of O'Brien and Fleming) and table 2.9 (Wang and Tsiatis), by number of looks.
"""

from __future__ import annotations

import pytest

from equipoise.analysis.design import boundaries, inflation

CONSTANTS = {
    ("Pocock", 0.0, 0.01): (2.576, 2.772, 2.873, 2.939, 2.986, 3.023, 3.053, 3.078, 3.099, 3.117),
    ("Pocock", 0.0, 0.05): (1.960, 2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555),
    ("Pocock", 0.0, 0.1): (1.645, 1.875, 1.992, 2.067, 2.122, 2.164, 2.197, 2.225, 2.249, 2.270),
    ("OF", 0.0, 0.01): (2.576, 2.580, 2.595, 2.609, 2.621, 2.631, 2.640, 2.648, 2.654, 2.660),
    ("OF", 0.0, 0.05): (1.960, 1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087),
    ("OF", 0.0, 0.1): (1.645, 1.678, 1.710, 1.733, 1.751, 1.765, 1.776, 1.786, 1.794, 1.801),
    ("WT", 0.1, 0.05): (1.960, 1.994, 2.026, 2.050, 2.068, 2.083, 2.094, 2.104, 2.113, 2.120),
    ("WT", 0.25, 0.05): (1.960, 2.038, 2.083, 2.113, 2.136, 2.154, 2.168, 2.180, 2.190, 2.199),
    ("WT", 0.4, 0.05): (1.960, 2.111, 2.186, 2.233, 2.267, 2.292, 2.313, 2.329, 2.343, 2.355),
}
RATIOS = {
    ("Pocock", 0.05, 0.8): (1.000, 1.110, 1.166, 1.202, 1.229, 1.249, 1.265, 1.279, 1.291, 1.301),
    ("Pocock", 0.05, 0.9): (1.000, 1.100, 1.151, 1.183, 1.207, 1.225, 1.239, 1.252, 1.262, 1.271),
    ("Pocock", 0.01, 0.8): (1.000, 1.092, 1.137, 1.166, 1.187, 1.203, 1.216, 1.226, 1.236, 1.243),
    ("OF", 0.05, 0.8): (1.000, 1.008, 1.017, 1.024, 1.028, 1.032, 1.035, 1.037, 1.038, 1.040),
    ("OF", 0.05, 0.9): (1.000, 1.007, 1.016, 1.022, 1.026, 1.030, 1.032, 1.034, 1.036, 1.037),
    ("OF", 0.1, 0.8): (1.000, 1.016, 1.027, 1.035, 1.040, 1.044, 1.047, 1.049, 1.051, 1.053),
}


@pytest.mark.parametrize(("case", "printed"), CONSTANTS.items(), ids=str)
def test_constants(case: tuple[str, float, float], printed: tuple[float, ...]) -> None:
    design, shape, alpha = case
    for looks, constant in enumerate(printed, start=1):
        information = [look / looks for look in range(1, looks + 1)]
        bounds = boundaries(design, information, alpha=alpha / 2, parameter=shape)
        assert bounds.efficacy[-1] == pytest.approx(constant, abs=5.1e-4), looks


@pytest.mark.parametrize(("case", "printed"), RATIOS.items(), ids=str)
def test_ratios_of_sample_sizes(case: tuple[str, float, float], printed: tuple[float, ...]) -> None:
    design, alpha, power = case
    for looks, ratio in enumerate(printed, start=1):
        information = [look / looks for look in range(1, looks + 1)]
        found = inflation(boundaries(design, information, alpha=alpha / 2), power)
        assert found == pytest.approx(ratio, abs=5.1e-4), looks
