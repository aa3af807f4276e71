"""The tables on the linter's precision: shares with intervals, by reading, by rule, and of two readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

from benchmarks.lint_precision.corpus import Corpus, Key, plain
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
Judgement = Mapping[str, Any]


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


def key(entry: Judgement) -> Key:
    """What tells a judgement: record, rule, place and words."""
    return entry["record"], entry["code"], entry["path"], plain(entry["words"])


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two readers' verdicts on the same findings (Cohen 1960); 1.0 when both say one thing only."""
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    agreed = sum(one == two for one, two in pairs) / len(pairs)
    chance = sum(first[verdict] * second[verdict] for verdict in first) / len(pairs) ** 2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def table(judged: Sequence[Judgement], members: Mapping[int, Sequence[str]], corpus: Corpus) -> str:
    """The readings: records, those with an error when read, share right as read, and what is found today."""
    verdicts = {key(one): one["verdict"] for one in judged}
    lines = [
        "| reading | records | with no error | right when first read | counted once a record and rule "
        "| still found today |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for reading, name in NAMES.items():
        own = [one for one in judged if one["reading"] == reading]
        today = [found for record in members[reading] for found in corpus.errors.get(record, ())]
        lines.append(_row(f"{reading} {name}", len(members[reading]), own, today, verdicts))
    for readings_, name in (((1, 2, 3, 4, 5), "1 to 5 together"), (NOVEL, "**6 and 7 together**")):
        own = [one for one in judged if one["reading"] in readings_]
        names = [record for reading in readings_ for record in members[reading]]
        today = [found for record in names for found in corpus.errors.get(record, ())]
        lines.append(_row(name, len(names), own, today, verdicts))
    return "\n".join(lines)


def _row(
    name: str, size: int, own: list[Judgement], today: Sequence[Key], verdicts: Mapping[Key, str]
) -> str:
    none = size - len({one["record"] for one in own})
    still = share(verdicts[one] for one in today if one in verdicts)
    unread = sum(one not in verdicts for one in today)
    still += f", {unread} not judged" if unread else ""
    return f"| {name} | {size:,} | {none:,} | {share(one['verdict'] for one in own)} | {share(_once(own))} | {still} |"


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


def by_rule(judged: Sequence[Judgement], corpus: Corpus) -> str:
    """The judgements by rule with its level of today, and how often it is an error in the corpus."""
    level = {rule.code: rule.severity for rule in RULES}
    today = {one for found in corpus.errors.values() for one in found}
    fires = Counter(code for found in corpus.errors.values() for _, code, _, _ in found)
    lines = [
        "| rule | level today | right, readings 1 to 5 | right, 6 and 7 | right, of what it still finds "
        "| errors in the whole corpus |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code in sorted({one["code"] for one in judged} | set(fires)):
        parts = [
            [one["verdict"] for one in judged if one["code"] == code and (one["reading"] in NOVEL) == novel]
            for novel in (False, True)
        ]
        parts.append([one["verdict"] for one in judged if one["code"] == code and key(one) in today])
        counts = [f"{part.count('right')}/{len(part)}" if part else "" for part in parts]
        lines.append(f"| {code} | {level[code]} | {' | '.join(counts)} | {fires[code] or ''} |")
    expected, of = _expected(judged, fires)
    lines += [
        "",
        f"Each rule's share over all its readings, weighted by how often it is an error in the corpus: {expected:.2f} "
        f"(over {of} of {sum(fires.values())} errors; the others are of rules never judged).",
    ]
    return "\n".join(lines)


def _expected(judged: Sequence[Judgement], fires: Mapping[str, int]) -> tuple[float, int]:
    right, of = 0.0, 0
    for code, count in fires.items():
        own = [one["verdict"] for one in judged if one["code"] == code]
        if own:
            right += count * own.count("right") / len(own)
            of += count
    return right / max(1, of), of


def second_reader(judged: Sequence[Judgement], second: Sequence[Judgement]) -> str:
    """What a second reader, blind to the first, said of the same findings, and how far the two agree."""
    own = {key(one): one["verdict"] for one in second}
    lines = [
        "| reading | findings of both | first reader | second reader | Cohen's kappa, right or not | three verdicts |"
    ]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for reading in NAMES:
        both = [
            (one["verdict"], own[key(one)]) for one in judged if one["reading"] == reading and key(one) in own
        ]
        if both:
            two = [(str(one == "right"), str(other == "right")) for one, other in both]
            first, other = share(one for one, _ in both), share(other for _, other in both)
            lines.append(
                f"| {reading} | {len(both)} | {first} | {other} | {kappa(two):.2f} | {kappa(both):.2f} |"
            )
    return "\n".join(lines) if len(lines) > 2 else "No second reader has judged these findings yet."
