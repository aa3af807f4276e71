"""The policy that makes a rule an error, and an estimate of the share right on records that had no part in it.

A rule that reads prose is an error when at least `LEAST` of its judged findings, as they were first read, are there
and `BAR` of them were right; a finding that two readers judged is right only when both say so. The levels of today
were set by the same judgements, so their share among them flatters. The estimate splits the records at random into
two halves: a rule is an error on the second when it meets the bar on the first; the findings of such rules on the
second half are pooled over many splits. The interval resamples records (Efron and Tibshirani 1993, chapter 13);
copies of one record stay in one half.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.lint_precision.corpus import Key, plain

LEAST, BAR = 3, 0.8
SPLITS, RESAMPLES, SPLITS_OF_EACH, SEED = 1_000, 2_000, 4, 20261122
# Rules that read coded fields, counts and dates alone: the registry's own checks.
STRUCTURAL = frozenset(
    f"LINT-{n:03d}" for n in (22, 23, 24, 25, 71, 72, 85, 115, 120, 122, 123, 124, 125, 126, 127)
)
Judgement = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One judged finding: its record, rule and reading, whether it is right, and how many readers said so."""

    record: str
    code: str
    reading: int
    right: bool
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The share right on the second halves with its interval, and the findings and records behind it.

    kept: findings of errors on the second half, on average over the splits.
    """

    share: float
    low: float
    high: float
    findings: int
    records: int
    kept: float


def key(entry: Judgement) -> Key:
    """What tells a judgement: record, rule, place and words."""
    return entry["record"], entry["code"], entry["path"], plain(entry["words"])


def verdicts(judged: Sequence[Judgement], second: Sequence[Judgement]) -> list[Verdict]:
    """Each judged finding, as first read: right when the one reader, or both readers, say so."""
    other = {key(one): one["verdict"] for one in second}
    return [
        Verdict(
            record=one["record"],
            code=one["code"],
            reading=one["reading"],
            right={one["verdict"], other.get(key(one), one["verdict"])} == {"right"},
            readers=1 + (key(one) in other),
        )
        for one in judged
    ]


def meets(own: Collection[bool]) -> bool:
    """Whether these findings of one rule, right or not, allow it to be an error."""
    return len(own) >= LEAST and sum(own) >= BAR * len(own)


def certain(found: Iterable[Verdict]) -> frozenset[str]:
    """The rules that may be errors by these verdicts."""
    own: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        own[one.code].append(one.right)
    return frozenset(code for code, of in own.items() if meets(of))


def estimate(found: Sequence[Verdict], counted: Callable[[Verdict], bool] = lambda one: True) -> Estimate:
    """The share of right findings on the second halves. counted: which findings are pooled there (levels use all)."""
    by_record: dict[str, list[Verdict]] = defaultdict(list)
    for one in found:
        by_record[one.record].append(one)
    names, random = sorted(by_record), Random(SEED)
    once = dict.fromkeys(names, 1)
    right, of = _pooled(by_record, once, SPLITS, random, counted)
    shares = []
    for _ in range(RESAMPLES):
        drawn = Counter(random.choices(names, k=len(names)))
        good, all_ = _pooled(by_record, drawn, SPLITS_OF_EACH, random, counted)
        shares += [good / all_] if all_ else []
    shares.sort()
    pooled = [one for one in found if counted(one)]
    return Estimate(
        share=right / of,
        low=shares[round(0.025 * (len(shares) - 1))],
        high=shares[round(0.975 * (len(shares) - 1))],
        findings=len(pooled),
        records=len({one.record for one in pooled}),
        kept=of / SPLITS,
    )


def _pooled(
    by_record: Mapping[str, list[Verdict]],
    times: Mapping[str, int],
    splits: int,
    random: Random,
    counted: Callable[[Verdict], bool],
) -> tuple[int, int]:
    """Right findings and all findings of errors on the second halves of so many splits."""
    names = sorted(times)
    right = of = 0
    for _ in range(splits):
        random.shuffle(names)
        half = len(names) // 2
        rules = certain(one for name in names[:half] for one in by_record[name] * times[name])
        for name in names[half:]:
            own = [one for one in by_record[name] if one.code in rules and counted(one)]
            right += times[name] * sum(one.right for one in own)
            of += times[name] * len(own)
    return right, of
