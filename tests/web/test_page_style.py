"""The stylesheet reads well: contrast in light and dark, nothing from outside, every class it needs."""

from __future__ import annotations

import re

import pytest

from equipoise.registry.page import stylesheet

CSS = stylesheet()


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


LIGHT = variables(CSS[CSS.index(":root {") : CSS.index("@media (prefers-color-scheme: dark)")])
DARK = LIGHT | variables(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("*, *::before")])
PRINT = LIGHT | variables(CSS[CSS.index("@media print") :])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    ("ink", "page"), ("ink", "surface"), ("quiet", "page"), ("quiet", "surface"), ("accent", "page"),
    ("accent", "surface"), ("ink", "accent-soft"), ("masthead-ink", "masthead"), ("masthead-quiet", "masthead"),
    ("warning-ink", "warning"), ("ink", "arm-1-soft"), ("ink", "arm-2-soft"), ("ink", "arm-3-soft"),
    ("arm-1", "surface"), ("arm-2", "surface"), ("arm-3", "surface"),
]  # fmt: skip
SCHEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_has_a_contrast_of_four_and_a_half(scheme: str, ink: str, paper: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[ink], colours[paper]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shapes_of_an_arm_stand_out_from_the_page(scheme: str) -> None:
    for arm in ("arm-1", "arm-2", "arm-3"):
        assert contrast(SCHEMES[scheme][arm], SCHEMES[scheme]["page"]) >= 3


def as_seen(colour: str, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, ...]:
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return tuple(sum(a * b for a, b in zip(row, channels, strict=True)) for row in matrix)


# Simulation of dichromatic vision in sRGB (Machado, Oliveira, Fernandes 2009, severity 1.0).
PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", [PROTANOPIA, DEUTERANOPIA], ids=["protanopia", "deuteranopia"])
def test_arms_differ_for_colour_blind_eyes(
    scheme: str, sight: tuple[tuple[float, float, float], ...]
) -> None:
    arms = [as_seen(SCHEMES[scheme][f"arm-{number}"], sight) for number in (1, 2, 3)]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        apart = sum((a - b) ** 2 for a, b in zip(arms[one], arms[other], strict=True)) ** 0.5
        assert apart > 40, (one + 1, other + 1, apart)


def test_the_stylesheet_asks_for_nothing_else() -> None:
    assert "@import" not in CSS and "url(" not in CSS and "http" not in CSS


def test_the_three_kinds_of_reader_are_served() -> None:
    for media in (
        "prefers-color-scheme: dark",
        "max-width: 60rem",
        "max-width: 34rem",
        "print",
        "prefers-reduced-motion",
    ):
        assert f"@media ({media})" in CSS or f"@media {media}" in CSS or f"({media}" in CSS


def test_focus_is_visible_and_tables_scroll_in_their_own_box() -> None:
    assert "focus-visible" in CSS and "outline: 3px" in CSS
    assert re.search(r"\.scroll \{[^}]*overflow-x: auto", CSS)
