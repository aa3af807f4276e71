"""Why the chapters of entry, data, randomisation and closure refuse, and what the reader can do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONSENT_FIRST = "No act of the trial may precede consent (ICH E6(R3) 2.8)."
CRITERIA = "Most errors of randomised trials are ineligible participants (protocol, eligibility)."
CONCEAL = "Allocation rests on the sealed list alone (protocol, randomisation)."
ONE_END = "Each participant's way is counted once (CONSORT 2025, item 22)."

CORE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "COND-001": ("Only known commands lead to events.", "Use a command of the reference manual."),
        "COND-002": ("The first event commits to the sealed seed.", "Open the ledger with `open_ledger`."),
        "COND-003": (
            "Rights follow duty and masking (ICH E6(R3) 4.3.8).",
            "Ask somebody whose role may do this, or have the role changed in the definition.",
        ),
        "COND-004": ("Only what has happened can be recorded.", "Correct the date."),
        "COND-005": (
            "Edit access ends before the arms are opened (ICH E6(R3) 3.16.1).",
            "Record late safety information; anything else goes to the sponsor as a note to file.",
        ),
        "COND-006": ("Every fact belongs to one participant.", "Check the participant's number."),
        "COND-007": ("Site staff act for their own participants.", "Transfer the participant first."),
        "COND-008": ("A live trial takes entries only from delegated people.", "Record the delegation."),
        "COND-009": ("An encounter outside the definition has no meaning.", "Check its name."),
        "COND-010": ("Without it the entry cannot be understood later.", "Give the missing field."),
        "COND-011": (
            "An amendment reaches sites at different times, and no rule changes backwards.",
            "Use the version under which the site works, or activate the amendment there.",
        ),
        "COND-012": (
            "The id of a command stands for one act, so that a repeated request is not done twice.",
            "Send the command again with an id of its own.",
        ),
        "SITE-001": ("A ledger is opened once, for ever.", "Use the open ledger, or a new file."),
        "SITE-002": ("Live, practice and simulation never mix.", "Choose one of the three."),
        "SITE-003": (CONCEAL, "Use the seal whose commitment stands in the definition."),
        "SITE-004": ("A site has one number.", "Check the site's number."),
        "SITE-005": ("A site works only after its approvals.", "Wait, or correct the day of approval."),
        "SITE-006": ("Rights follow roles of the definition.", "Check the name of the role."),
        "SITE-007": ("Only an active site takes part.", "Activate the site first."),
        "SITE-008": ("Only what was given can be taken back.", "Check user, role and site."),
        "CONS-001": ("Only an active site takes part.", "Activate the site first."),
        "CONS-002": (ONE_END, "A further attempt follows a failed one."),
        "CONS-003": ("Consent belongs to somebody in the trial.", "Screen the person again."),
        "CONS-004": ("A version is signed once.", "Check the version of the document."),
        "CONS-005": ("Consent counts from the day it was given.", "Let the two days agree."),
        "CONS-006": ("Stopping treatment, visits and data are distinct.", "Ask what is withdrawn."),
        "CONS-007": (CONSENT_FIRST, "Record the consent first."),
        "CONS-008": (CONSENT_FIRST, "Correct the date, or report a serious breach."),
        "FORM-001": ("Each fact has one form.", "Check the form's name."),
        "FORM-002": ("The calendar says which form belongs to a visit.", "Check the visit."),
        "FORM-003": ("Nothing is overwritten.", "Correct the form, with a reason."),
        "FORM-004": ("The trail must say why (21 CFR 11.10(e)).", "Give the reason."),
        "FORM-005": ("Only what was recorded can be corrected.", "Record the form."),
        "FORM-006": ("A log is closed as none or complete.", "Choose one of the two."),
        "FORM-007": ("A log with rows is not empty.", "Close it as complete."),
        "FORM-008": ("Rows of a log are told apart by their number.", "Give `repeat`."),
        "FORM-009": ("A value outside these limits cannot be true.", "Check value and unit, enter again."),
        "QUER-001": ("Only an open query can be dealt with.", "Check its number."),
        "QUER-002": ("No question may disappear unread.", "Have the site answer first."),
        "ELIG-001": ("Criteria are judged at named moments.", "Name screening or randomisation."),
        "ELIG-002": (ONE_END, "Nothing: this attempt is over."),
        "ELIG-003": (CRITERIA, "Record the screening failure with these reasons."),
        "ELIG-004": (CRITERIA, "Record the missing facts and confirm again."),
        "ELIG-005": (ONE_END, "Give a criterion, `declined`, or `other:` and words."),
        "RAND-001": (CONCEAL, "Nothing: the allocation stands."),
        "RAND-002": (ONE_END, "Screen the person again."),
        "RAND-003": ("Eligibility is judged on the day itself.", "Randomise with today's date."),
        "RAND-004": (CONSENT_FIRST, "Respect the withdrawal."),
        "RAND-005": (
            "Nobody is randomised while the protocol is open (definition, decisions).",
            "A named sponsor signatory decides, citing the protocol.",
        ),
        "RAND-006": ("The number of participants is fixed (protocol, sample size).", "Close recruitment."),
        "RAND-007": (CRITERIA, "The investigator confirms eligibility on the day."),
        "RAND-008": (
            "The arm is not known yet, so what either first dose needs comes before it.",
            "Complete what is listed.",
        ),
        "RAND-009": (
            "The baseline is the only denominator and must not know the arm (protocol, PROBE).",
            "The masked assessor signs today's assessment first.",
        ),
        "RAND-010": ("A stratum is fixed before the allocation.", "Record what decides the stratum."),
        "RAND-011": (CONCEAL, "Tell the sponsor's statistician."),
        "RAND-012": (CONCEAL, "Check the arm's name."),
        "RAND-013": (CONCEAL, "Explain in the deviation log."),
        "RAND-014": (CRITERIA, "Tell the sponsor; the participant stays in the trial."),
        "DISP-001": ("Only an active site takes part.", "Activate the site first."),
        "DISP-002": (ONE_END, "Check the site's number."),
        "DISP-003": ("A visit that took place was not missed.", "Correct the forms of the visit."),
        "DISP-004": ("A visit is missed once.", "Nothing: it is recorded."),
        "DISP-005": (ONE_END, "Nothing: the part is over."),
        "DISP-006": (ONE_END, "Nothing: it is recorded."),
        "DISP-007": (ONE_END, "Choose one of the list."),
        "DISP-008": (ONE_END, "Record the death, or correct the status."),
        "DEVI-001": ("What happened is recorded, with its time.", "Follow the deviation plan."),
        "DEVI-002": ("A value counts by when it was measured.", "Explain in the deviation log."),
        "DEVI-003": (CRITERIA, "Tell the sponsor; arm and stratum stay."),
        "DEVI-004": ("The randomised stratum is the one analysed.", "Nothing: arm and stratum stay."),
        "DEVI-005": ("An error of randomisation needs a randomisation.", "Give the words of the error."),
        "ADJU-001": ("Each event is judged once.", "Check the reference."),
        "ADJU-002": ("The analysis knows two verdicts.", "Choose one of the two."),
        "ADJU-003": ("A judge must not know the arm (protocol, PROBE).", "Ask another adjudicator."),
        "AMEN-001": ("A version is named by its digest.", "Load the version that was approved."),
        "AMEN-002": ("A version is activated once at a site.", "Nothing: it is active."),
        "LOCK-001": ("A plan is frozen once.", "Nothing: it is frozen."),
        "LOCK-002": ("A lock is final.", "Nothing: it is locked."),
        "LOCK-003": (
            "After the lock the arms are opened; nothing may be left to choose then (ICH E9).",
            "Complete what is listed.",
        ),
        "LOCK-004": ("Arms stay closed until the lock (ICH E9).", "Lock the trial first."),
        "LOCK-005": ("The arms are opened once.", "Nothing: they are open."),
    }
)
