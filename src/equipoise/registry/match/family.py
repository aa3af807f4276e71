"""The words for relatives, who are never the patient."""

from __future__ import annotations

import re

RELATIVES = (
    r"(?:mother|father)(?! of (?:\d|one|two|three|four|five|six|seven)\b)|"
    r"parents?|brothers?|sisters?|siblings?|sons?|daughters?|husband|wife|spouse|uncles?|aunts?|cousins?|"
    r"grand\w+|relatives?|maternal|paternal|mère|père|s(?:œ|oe)urs?|frères?|oncle|tante"
)
FAMILY = re.compile(rf"\b(?:family|{RELATIVES}|fh|fhx|familia(?:le?|ux))\b", re.I)
# A clause of which a relative is the subject: what stands before it in the sentence is still of the patient.
ABOUT_RELATIVE = re.compile(
    rf"^\W*(?:(?:her|his|their|the|a|one|sa|son|une?|patient(?:'|’)s|maternal|paternal|older|younger)\s+)*(?:{RELATIVES}|fh|fhx|"
    r"family (?:history|hx))\b",
    re.I,
)
# "his brother": the pronoun is the patient's, when nobody else stands before it in the sentence.
OWNER = re.compile(
    r"\b(?P<who>his|her)\s+(?:\w+\s+)?(?:mother|father|parents?|brothers?|sisters?|siblings?|wife|husband|spouse)\b",
    re.I,
)
