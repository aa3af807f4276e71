"""The tables on the linter's precision: shares with intervals, by reading, by rule, and of two readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from benchmarks.lint_precision.corpus import Corpus
from benchmarks.lint_precision.policy import (
    BAR,
    LEAST,
    STRUCTURAL,
    Estimate,
    Judgement,
    Verdict,
    certain,
    estimate,
    key,
)
from equipoise.registry.lint import RULES

NAMES = {
    1: "randomised trials of drugs",
    2: "other randomised trials",
    3: "not randomised, first 600",
    4: "not randomised, next 1,200",
    5: "not randomised, the others",
    6: "all types and decades, first 85%",
    7: "all types and decades, the others",
}
NOVEL = (6, 7)


def wilson(right: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    share_, weight = right / of, 1 + z * z / of
    middle = (share_ + z * z / (2 * of)) / weight
    half = z * sqrt(share_ * (1 - share_) / of + z * z / (4 * of * of)) / weight
    return max(0.0, middle - half), min(1.0, middle + half)


def share(verdicts: Iterable[str]) -> str:
    """`right/all = share [low, high]`; what is arguable counts as wrong."""
    found = list(verdicts)
    if not found:
        return "none"
    right = sum(one == "right" for one in found)
    low, high = wilson(right, len(found))
    return f"{right}/{len(found)} = {right / len(found):.2f} [{low:.2f}, {high:.2f}]"


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two readers' verdicts on the same findings (Cohen 1960); 1.0 when both say one thing only."""
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    agreed = sum(one == two for one, two in pairs) / len(pairs)
    chance = sum(first[verdict] * second[verdict] for verdict in first) / len(pairs) ** 2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def table(judged: Sequence[Judgement], members: Mapping[int, Sequence[str]]) -> str:
    """The readings as the first reader read them: records, those with an error, share right."""
    lines = [
        "| reading | records | with no error | right by the first reader | counted once a record and rule |",
        "| --- | --- | --- | --- | --- |",
    ]
    for readings_, name in (
        *(((reading,), f"{reading} {name}") for reading, name in NAMES.items()),
        ((1, 2, 3, 4, 5), "1 to 5 together"),
        (NOVEL, "6 and 7 together"),
    ):
        own = [one for one in judged if one["reading"] in readings_]
        size = sum(len(members[reading]) for reading in readings_)
        none = size - len({one["record"] for one in own})
        once = share(_once(own))
        lines.append(f"| {name} | {size:,} | {none:,} | {share(one['verdict'] for one in own)} | {once} |")
    return "\n".join(lines)


def _once(judged: Sequence[Judgement]) -> list[str]:
    """One verdict for each record and rule: right when all its findings are."""
    together: dict[tuple[str, str], set[str]] = {}
    for one in judged:
        together.setdefault((one["record"], one["code"]), set()).add(one["verdict"])
    return ["right" if found == {"right"} else "wrong" for found in together.values()]


def levels(corpus: Corpus) -> str:
    """How many rules and findings there are of each level."""
    rules = Counter(rule.severity for rule in RULES)
    without = sum(not found for found in corpus.errors.values())
    lines = [
        f"On all {corpus.size:,} records of the corpus; {without:,} of them have no error. "
        "Before the levels were set anew there were 0.028 errors a record.",
        "",
        "| level | rules | findings | a record |",
        "| --- | --- | --- | --- |",
    ]
    for level, name in (("E", "error"), ("W", "warning"), ("I", "information")):
        found = corpus.counts.get(level, 0)
        lines.append(f"| {name} | {rules[level]} | {found:,} | {found / corpus.size:.3f} |")
    return "\n".join(lines)


def by_rule(found: Sequence[Verdict], still: Sequence[Verdict], corpus: Corpus) -> str:
    """The judgements by rule with its level of today, right when every reader said so, and its errors in the corpus."""
    level = {rule.code: rule.severity for rule in RULES}
    fires = Counter(code for errors in corpus.errors.values() for _, code, _, _ in errors)
    lines = [
        "| rule | level today | right as read, 1 to 5 | right by both readers as read, 6 and 7 "
        "| right, of what it still finds at any level | errors in the whole corpus |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code in sorted({one.code for one in found} | set(fires)):
        own = [one for one in found if one.code == code]
        parts = [[one for one in own if (one.reading in NOVEL) == novel] for novel in (False, True)]
        parts.append([one for one in still if one.code == code])
        counts = [f"{sum(one.right for one in part)}/{len(part)}" if part else "" for part in parts]
        lines.append(f"| {code} | {level[code]} | {' | '.join(counts)} | {fires[code] or ''} |")
    return "\n".join([*lines, "", _expected(found, fires)])


def _expected(found: Sequence[Verdict], fires: Mapping[str, int]) -> str:
    """What each rule's share as read comes to when it is weighted by how often the rule is an error in the corpus."""
    right, of = 0.0, 0
    for code, count in fires.items():
        own = [one.right for one in found if one.code == code]
        if own:
            right, of = right + count * sum(own) / len(own), of + count
    unjudged = ", ".join(sorted(STRUCTURAL - {one.code for one in found}))
    return (
        f"Each rule's share as read, weighted by how often it is an error in the corpus: {right / max(1, of):.2f} "
        f"(over {of} of {sum(fires.values())} errors). Errors that nobody has judged, because they compare coded "
        f"fields and fired in no sample: {unjudged}."
    )


def two_readers(judged: Sequence[Judgement], second: Sequence[Judgement]) -> str:
    """What a second reader, blind to the first, said of the same findings, and how far the two agree."""
    own = {key(one): one["verdict"] for one in second}
    lines = [
        "| reading | findings of both | first reader | second reader | both | Cohen's kappa, right or not "
        "| three verdicts |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for readings_ in (*((reading,) for reading in NAMES), tuple(NAMES)):
        both = [
            (one["verdict"], own[key(one)])
            for one in judged
            if one["reading"] in readings_ and key(one) in own
        ]
        if both:
            two = [(str(one == "right"), str(other == "right")) for one, other in both]
            first, other = share(one for one, _ in both), share(other for _, other in both)
            agreed = share("right" if one == other == "right" else "wrong" for one, other in both)
            name = readings_[0] if len(readings_) == 1 else "**together**"
            lines.append(
                f"| {name} | {len(both)} | {first} | {other} | {agreed} | {kappa(two):.2f} | {kappa(both):.2f} |"
            )
    return "\n".join(lines) if len(lines) > 2 else "No second reader has judged these findings yet."


def today(judged: Sequence[Judgement], second: Sequence[Judgement], corpus: Corpus) -> str:
    """What the errors of today still find among the judged: right by the first, by the second, by both."""
    own = {key(one): one["verdict"] for one in second}
    errors = {one for found in corpus.errors.values() for one in found}
    lines = [
        "| still an error today, of readings | first reader | second reader | both |",
        "| --- | --- | --- | --- |",
    ]
    for name, readings_ in (("1 to 5", (1, 2, 3, 4, 5)), ("6 and 7", NOVEL)):
        left = [one for one in judged if one["reading"] in readings_ and key(one) in errors]
        two = [(one["verdict"], own[key(one)]) for one in left if key(one) in own]
        agreed = share("right" if one == other == "right" else "wrong" for one, other in two)
        first, other = share(one["verdict"] for one in left), share(other for _, other in two)
        lines.append(f"| {name} | {first} | {other} | {agreed} |")
    return "\n".join(lines)


def expected(found: Sequence[Verdict], still: Sequence[Verdict]) -> str:
    """The cross-validated estimates of the policy's share, and what the errors of today had when they were read."""
    rules = certain(found)
    levels_ = {rule.code for rule in RULES if rule.severity == "E"}
    kept = [one for one in found if one.code in levels_]
    rows = (
        ("**all, as read**", estimate(found)),
        ("of them readings 6 and 7, each judged by both", estimate(found, lambda one: one.readers == 2)),
        ("of them readings 1 to 5, judged by one", estimate(found, lambda one: one.readers == 1)),
        ("only what is still found today, at any level", estimate(still)),
    )
    lines = [
        "| findings | judged | records | share right on the second halves, 95% | findings there, on average |",
        "| --- | --- | --- | --- | --- |",
        *(_row(name, one) for name, one in rows),
        "",
        f"The bar ({LEAST} findings at least, {BAR:.0%} right) on all judgements is met by {', '.join(sorted(rules))}. "
        f"The errors of today had {share('right' if one.right else 'wrong' for one in kept)} as read, on the "
        "judgements that set the levels.",
    ]
    return "\n".join(lines)


def _row(name: str, one: Estimate) -> str:
    interval = f"{one.share:.2f} [{one.low:.2f}, {one.high:.2f}]"
    return f"| {name} | {one.findings} | {one.records} | {interval} | {one.kept:.0f} |"
