"""The catalogue of the allocation's errors: the fault, why it matters, and what to do.

Codes below ALLO-020 are faults of a scheme; from ALLO-020 on they are faults of a stratum or an allocation;
from ALLO-030 on they are faults of the seal. A code is never used again for another fault.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError


class AllocationError(EquipoiseError):
    """A fault in a scheme, a stratum or a seal, with a code of `CATALOGUE`."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "ALLO-001": (
        "the arms are not two or more different ones: {detail}",
        "There is nothing to randomise between fewer than two arms.",
        "Declare each arm once, and at least two.",
    ),
    "ALLO-002": (
        "the ratio does not give each arm a whole share of at least 1: {detail}",
        "An arm without a share would never be allocated, and a fraction has no exact block.",
        "Give each arm a whole number, for example 2:1:1.",
    ),
    "ALLO-003": (
        "a block size is no multiple of the sum of the ratio: {detail}",
        "Only such a block holds every arm in its exact share.",
        "Choose block sizes that are multiples of the sum of the ratio in its lowest terms.",
    ),
    "ALLO-004": (
        "there is no block size",
        "Blocks without a size cannot be drawn.",
        "Seal at least one block size; two or more make the end of a block hard to guess.",
    ),
    "ALLO-005": (
        "the maximum of a stratum is below 1: {detail}",
        "Nobody could ever be randomised in such a stratum.",
        "Leave the maximum out, or give the number of places that each stratum has.",
    ),
    "ALLO-006": (
        "the minimisation is deterministic or nearly so: probability {detail}",
        "Whoever knows the earlier participants would know the next arm before consent (ICH E9 2.3.2).",
        "Choose a probability below 1, for example 0.8.",
    ),
    "ALLO-007": (
        "the probability does not favour the arm that keeps the balance: {detail}",
        "At or below the arm's own share the scheme is simple randomisation or worse.",
        "Choose a probability above the smallest arm's share of the ratio.",
    ),
    "ALLO-008": (
        "the measure of imbalance is not known: {detail}",
        "The measure decides which arm is favoured.",
        "Choose range, variance or standard_deviation.",
    ),
    "ALLO-009": (
        "the factors and their weights do not fit: {detail}",
        "Each factor needs one weight, a whole number of at least 1; without a factor nothing is balanced.",
        "Name at least one factor, each once, and give each a whole weight.",
    ),
    "ALLO-010": (
        "the name of the scheme cannot stand in a label: {detail}",
        "The label of a draw must be read back in one way only.",
        "Use letters, digits, `-` and `_`.",
    ),
    "ALLO-011": (
        "the scheme is defined for arms of the same share, and most for two arms only: {detail}",
        "With other shares it would not keep them, or would have no published properties.",
        "Choose complete randomisation, the random allocation rule, permuted blocks or minimisation.",
    ),
    "ALLO-012": (
        "the coin favours nothing, or is certain: probability {detail}",
        "At one half without a tolerance it is complete randomisation; at 1 the next arm is known (ICH E9 2.3.2).",
        "Choose a probability above 1/2 and below 1, for example 2/3.",
    ),
    "ALLO-013": (
        "the tolerated difference is below 1: {detail}",
        "The first allocation makes a difference of 1.",
        "Choose a tolerance of 2 or more; 3 is common.",
    ),
    "ALLO-014": (
        "the list has no length in which every arm has its share: {detail}",
        "This scheme draws among the lists of a known length that end in balance.",
        "Give each stratum a maximum that is a multiple of the sum of the ratio in its lowest terms.",
    ),
    "ALLO-015": (
        "these balls make no urn: {detail}",
        "Without balls that are added nothing is balanced, and there is no ball fewer than none.",
        "Give a whole number of balls at first, 0 or more, and 1 or more that are added.",
    ),
    "ALLO-020": (
        "the name of a factor or level cannot stand in a stratum: {detail}",
        "The name of a stratum must be read back in one way only, or two strata could share their draws.",
        "Leave out `|`, `=` and `;`, and leave nothing empty.",
    ),
    "ALLO-021": (
        "the stratum has no place left: {detail}",
        "Randomising beyond the declared maximum would break the planned composition of the trial.",
        "Do not randomise this participant; ask the sponsor whether the maximum is to be amended.",
    ),
    "ALLO-022": (
        "the stratum does not give the levels of the scheme's factors: {detail}",
        "An allocation that ignores a factor does not balance it.",
        "Give one level for each factor, in the order of the scheme, as `site=01;sex=female`.",
    ),
    "ALLO-023": (
        "the allocation does not follow the tallies: {detail}",
        "A slot that is skipped, lost or used twice breaks the balance and the proof of the list.",
        "Fold the ledger's allocations in their order, each once.",
    ),
    "ALLO-024": (
        "the recorded data is no allocation: {detail}",
        "Without scheme, stratum, slot, block and arm it cannot be recomputed.",
        "Verify the ledger.",
    ),
    "ALLO-030": (
        "the seed or the salt has fewer than 16 bytes: {detail}",
        "A short secret can be found by trying.",
        "Draw 32 random bytes for each.",
    ),
    "ALLO-031": (
        "the opened seed is not the one that was committed to",
        "The allocations can be verified only with the seed that was fixed before the first of them.",
        "Open the seal that was made for this trial.",
    ),
    "ALLO-032": (
        "the opened block sizes are not the ones that were committed to",
        "The allocations can be verified only with the block sizes that were fixed before the first of them.",
        "Open the seal that was made for this trial.",
    ),
    "ALLO-033": (
        "the scheme's block sizes are not those of the seal",
        "The list would be recomputed by another scheme than the one that drew it.",
        "Build the scheme with the block sizes of the seal.",
    ),
    "ALLO-034": (
        "a recorded allocation is not the one that the seed gives: {detail}",
        "Somebody or something other than the scheme has chosen this arm.",
        "Report it: name the participant, compare both arms, and keep the ledger as it is.",
    ),
    "ALLO-035": (
        "this holds no seal: {detail}",
        "Without seed, salt and block sizes nothing can be allocated or recomputed.",
        "Give the file with `seed` and `salt` in hexadecimal and the list `block_sizes`.",
    ),
}


def allocation_error(code: str, place: str, detail: str = "") -> AllocationError:
    """The error of this code at this place (a scheme or stratum); `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return AllocationError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
