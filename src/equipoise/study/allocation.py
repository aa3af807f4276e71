"""The shape of the allocation: the scheme, what it balances, and the sealed sizes' commitment."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from equipoise.study.parts import Identifier, Part, Rule, Words


class Stratum(Part):
    """A stratification factor: a rule that gives a boolean or a code. Unknown stops randomisation.

    For a boolean rule the first of two levels stands for true; for a code the levels are its codes."""

    label: Words
    rule: Rule
    levels: tuple[str, ...]


class UrnBalls(Part):
    """The balls of Wei's urn, of each arm: `initial` at first; `added` of every other arm after each draw."""

    initial: Annotated[int, Meta(ge=0)] = 0
    added: Annotated[int, Meta(ge=1)] = 1


class Recruitment(Part):
    """The plan of recruitment: the month in which it opens (`2026-02`), and in how many months the planned participants
    are to be randomised."""

    opens: Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    months: Annotated[int, Meta(ge=1)]


class Allocation(Part):
    """The randomisation. Block sizes are sealed: the definition holds only a commitment to them.

    scheme: permuted_blocks (of the sealed sizes), complete, random_allocation_rule, biased_coin (Efron), big_stick,
    chen, maximal, urn (Wei) or minimisation. planned: participants; recruitment: by when. maximum: places of each
    stratum's list; none is no limit. probability: of the arm that is behind (biased_coin, chen) or favoured
    (minimisation). tolerance: the difference of the arms that is not passed (big_stick, chen, maximal)."""

    scheme: Literal[
        "permuted_blocks",
        "complete",
        "random_allocation_rule",
        "biased_coin",
        "big_stick",
        "chen",
        "maximal",
        "urn",
        "minimisation",
    ]
    planned: Annotated[int, Meta(ge=1)]
    recruitment: Recruitment | None = None
    maximum: Annotated[int, Meta(ge=1)] | None = None
    strata: dict[Identifier, Stratum] = {}
    by_site: bool = False
    blocks_commitment: str | None = None
    probability: str | None = None
    tolerance: Annotated[int, Meta(ge=1)] | None = None
    urn: UrnBalls | None = None
    imbalance: Literal["range", "variance", "standard_deviation"] = "range"
    weights: dict[Identifier, int] = {}
    reference: str = ""
    decision: Identifier | None = None
