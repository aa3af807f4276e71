"""French pages are French: what other parts say in sentences is said in French, and the record's words are marked."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from equipoise.exchange.ctgov import fill_results
from equipoise.registry.countries import country_name, english_names, registry_names
from equipoise.registry.errors_index import CATALOGUE as INDEX
from equipoise.registry.lint.model import RULES
from equipoise.registry.match.errors import CATALOGUE as MATCHING
from equipoise.registry.match.measures import MEASURES
from equipoise.registry.page.catalogue import Catalogue, catalogue, french
from equipoise.registry.page.listed import LISTED, listed
from equipoise.registry.page.render import countries_said, render_page, told
from equipoise.registry.record import read_record
from equipoise.study.organs import ORGAN_SYSTEMS
from tests.spec.registry import example
from tests.web.site import FIRST, Client
from tests.web.test_page_sections import Page

NOTES = "A woman of 54 with low back pain, no fever. Hemoglobin 11 g/dL. ECOG 1."


def test_sentences_that_are_filled_elsewhere_are_found_by_their_pattern() -> None:
    say = catalogue("fr").gettext
    assert say("age 54 < 60") == "âge 54 < 60"
    assert say("age 3 months > 2 months") == "âge 3 mois > 2 mois"
    assert say("the status is active not recruiting") == "état\u00a0: en cours, ne recrute plus"
    assert say("hemoglobin is not known") == "hémoglobine\u00a0: non connu"
    assert say("no study has zzz: words spelled nearly so were searched").startswith(
        "aucune étude ne contient zzz"
    )
    assert say("nothing like this") == "nothing like this"


def test_the_pattern_with_most_words_of_its_own_is_taken() -> None:
    words = Catalogue("fr", {"{a} is b": "{a} est b", "the {a} is b": "le {a} est b"})
    assert words.gettext("the x is b") == "le x est b" and words.gettext("x is b") == "x est b"
    assert words.gettext("y" * 2000 + " is b").startswith("yy")


def test_what_the_catalogue_has_not_is_marked_as_english() -> None:
    say = catalogue("fr").gettext
    assert told("a <b>", "fr", say) == '<span lang="en">a &lt;b&gt;</span>'
    assert told("a <b>", "en", str) == "a &lt;b&gt;"
    assert told("the age is not known", "fr", say) == "l’âge n’est pas connu"
    assert told("consents; will keep to the protocol", "fr", say) == "consent\u202f; respectera le protocole"
    assert told("consents; something new", "fr", say) == '<span lang="en">consents; something new</span>'


def test_every_fault_that_a_visitor_can_meet_is_said_in_french() -> None:
    french = catalogue("fr").messages
    shown = [*MATCHING.values(), *(INDEX[f"REGI-{n:03}"] for n in (30, 31, 34, 35, 36, 38, 39)), ]  # fmt: skip
    assert [text for fault, _, remedy in shown for text in (fault, remedy) if text not in french] == []
    assert [name for name in MEASURES if name not in french] == []


def test_the_linter_speaks_french() -> None:
    """A rule that is new or changed needs its sentences in `page/locale/fr-lint.po`."""
    french = catalogue("fr").messages
    said = [text for rule in RULES for text in (rule.title, rule.why, rule.question)]
    assert [text for text in said if text not in french] == []
    say = catalogue("fr").gettext
    assert say("masking is DOUBLE (INVESTIGATOR)") == "l’insu est DOUBLE (INVESTIGATOR)"
    assert say("3 groups") == "3 groupes" and say("Control groups") == "Control groups"


def test_the_page_of_findings_is_french(client: Client) -> None:
    html = client.get(f"/fr/studies/{FIRST}/findings/").text
    asked = re.findall(r'<p class="question"><strong>[^<]*</strong> ([^<]+)', html)
    assert asked and not [
        text for text in asked if text.split()[0] in ("Which", "What", "Is", "Please", "Who")
    ]


def test_no_translation_asks_for_what_its_message_does_not_give() -> None:
    for message, text in catalogue("fr").messages.items():
        names = [set(re.findall(r"\{([a-z_]+)\}", one)) for one in (message, text)]
        assert names[1] <= names[0], message


def test_countries_have_french_names() -> None:
    assert country_name("FR", "fr") == "France" and country_name("DE") == "Germany"
    assert country_name("Korea, Republic of", "fr") == "Corée du Sud"
    assert country_name("Korea, Republic of") == "Korea, Republic of"
    assert country_name("Atlantis", "fr") == "Atlantis" and registry_names("Atlantis") == ("Atlantis",)
    assert "Russian Federation" in registry_names("russie") and "Spain" in english_names()
    assert (
        countries_said("Spain, Italy and 3 more", "fr", catalogue("fr").gettext)
        == "Espagne, Italie et 3 autres"
    )


@pytest.mark.parametrize(
    "path", [f"/fr/studies/{FIRST}/", "/fr/search/?q=walking", "/fr/search/?q=wlaking&country=Norway"]
)
def test_pages_say_countries_and_notes_in_french(client: Client, path: str) -> None:
    html = re.sub(r"(?s)<script.*?</script>", "", client.get(path).text)
    words = Page(html).words()
    assert "Norvège" in words and "Norway" not in words
    assert "spelled nearly" not in words


def test_every_reason_of_a_match_is_french_or_marked(client: Client) -> None:
    page = client.post("/fr/match/", f"text={NOTES}".encode()).text
    words = Page(page).words()
    assert "l’état" in words or "état :" in words
    for english in (
        "the status is",
        "all sexes",
        "is not known",
        "the patient has",
        "shared words",
        "healthy volunteer",
    ):
        assert english not in words, english
    assert "Cette liste" in words or "avis médical" in words


def test_the_lists_of_the_registry_are_said_in_french() -> None:
    french = catalogue("fr").messages
    assert [text for text in LISTED if text not in french] == []
    assert len({text.casefold() for text in LISTED}) == len(LISTED)
    assert listed("  COUNT of participants ") == "Count of Participants"
    assert listed("Sore feet") == ""


def test_french_has_the_spaces_of_french() -> None:
    plain_space = re.compile(r" [:;?!»%]|« |[^\s\u00a0\u202f/(«`][;?!]")
    codes = re.compile(r"`[^`]*`|&[a-z]+;|\{[a-z_]+\}")
    wrong = [text for text in catalogue("fr").messages.values() if plain_space.search(codes.sub("", text))]
    assert wrong == []
    assert [
        text for text in catalogue("fr").messages.values() if re.search(r"\w'\w", codes.sub("", text))
    ] == []
    assert french("« a » : 95 % ; 10 000 ? b") == (
        "«\u00a0a\u00a0»\u00a0: 95\u00a0%\u202f; 10\u202f000\u202f? b"
    )


class Tongues(HTMLParser):
    """The texts of a page outside every element that is marked as English."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depths: list[bool] = []
        self.french: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag not in ("meta", "link", "br", "input", "path", "circle"):
            self.depths.append(dict(attrs).get("lang") == "en")

    def handle_endtag(self, tag: str) -> None:
        if self.depths:
            self.depths.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self.depths):
            self.french.append(data.strip())


def test_results_are_french_but_for_the_records_own_words() -> None:
    record = fill_results(read_record(example.record()), example.results())
    html = render_page(record, banner=None, language="fr")
    results = html[html.index('<section id="results"') : html.index('<section id="basics"')]
    found = Tongues(results).french
    for said in ("Âge, continu", "Sexe\u00a0: féminin, masculin", "Femmes", "Perdu de vue", "années",
                 "Retrait du participant", "Différence de risques", "Commencé"):  # fmt: skip
        assert any(said in text for text in found), said
    english = {"Walking", "Swimming", "Walking 30 min/day", "Fracture", "Sore feet"}
    assert english.isdisjoint(found)
    for own in english:
        assert f'<span lang="en">{own}</span>' in results
    kept = {text for text in found if listed(text) and catalogue("fr").gettext(listed(text)) != text}
    assert kept == set()


def test_every_organ_system_that_a_study_may_code_has_french_words() -> None:
    """Two layers that may not import each other hold the names: the study's coding and the registry's closed lists."""
    assert [name for name in ORGAN_SYSTEMS if name not in LISTED] == []
    assert [name for name in ORGAN_SYSTEMS if catalogue("fr").gettext(name) == name] == []
