"""The codes of simulation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from equipoise.errors import EquipoiseError

CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "SIMU-001": ("A scenario must be read before it can be run.", "Check the file."),
        "SIMU-002": ("A misspelt key would silently change the assumed truth.", "Correct the key or value."),
        "SIMU-003": ("A scenario fills the forms of one study.", "Use the names of the study's definition."),
        "SIMU-004": ("A simulated trial that stops half-way shows nothing.", "Look at the refusals listed."),
        "SIMU-005": (
            "Operating characteristics are computed from the course of a score that a scenario gives.",
            "Run whole trials with `equipoise run`, or change the scenario.",
        ),
        "SIMU-006": (
            "An intercurrent event that comes before a time point has a last day.",
            "Check the rule of the event.",
        ),
        "SIMU-007": (
            "The compiled loop would answer another question than the one that the definition asks.",
            "Run whole trials with `--engine whole`, or name another estimand or scenario.",
        ),
        "SIMU-008": (
            "A trial that never ends its recruitment has no result.",
            "Check the rates of the sites, and what the people of the scenario are refused for.",
        ),
        "SIMU-009": (
            "Kits that cannot reach a participant would make every supply look short.",
            "Name a regimen that the study dispenses, and let kits last longer than from one batch to the next.",
        ),
        "SIMU-010": (
            "Trials on many machines are handed out by Dask's scheduler.",
            "Install the extra: `pip install equipoise[cluster]`, here and on every worker.",
        ),
        "SIMU-011": (
            "Without a scheduler and a worker nothing would ever be run.",
            "Start `dask scheduler` and `dask worker tcp://HOST:8786`, and name that address.",
        ),
        "SIMU-012": (
            "A part that ends its worker again and again would be tried for ever.",
            "Look at the memory and the log of the workers, and run that trial alone, in one process.",
        ),
        "SIMU-013": (
            "Workers with another version or definition would answer for another trial.",
            "Install the same version of Equipoise on every worker.",
        ),
        "SIMU-014": (
            "The curve of a score says nothing of another kind of outcome.",
            "Let the engine follow participants (`compile_plan` does so by itself).",
        ),
        "SIMU-015": (
            "A run without workers would wait for ever, and nothing of it is kept.",
            "Start workers and give the same command again: the same seed gives the same numbers.",
        ),
    }
)


class SimulationError(EquipoiseError):
    """A scenario or a simulated trial that cannot be run."""


def scenario_error(code: str, place: str, fault: str) -> SimulationError:
    """The error of a code, with the catalogue's reason and remedy."""
    why, remedy = CATALOGUE[code]
    return SimulationError(code=code, place=place, fault=fault, why=why, remedy=remedy)
