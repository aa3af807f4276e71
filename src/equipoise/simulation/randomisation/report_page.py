"""The randomisation assessed as one page that needs no other file, in the looks of the pages."""

from __future__ import annotations

from markupsafe import Markup

from equipoise.analysis.svg import figure_html
from equipoise.analysis.tables import table_html
from equipoise.registry.page import stylesheet
from equipoise.simulation.randomisation.report import RandomisationReport, sentences
from equipoise.simulation.randomisation.report_figures import comparison
from equipoise.simulation.randomisation.report_tables import tables_of

PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
    "<title>{banner} | Randomisation assessed: {title} | {study}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n"
    '<a class="skip" href="#main">Skip to content</a>\n'
    '<aside class="banner" aria-label="Notice"><strong>{banner}</strong></aside>\n'
    '<header class="masthead">\n<div class="frame">\n'
    '<p class="eyebrow"><span class="number">{study}</span></p>\n<h1>Randomisation assessed</h1>\n'
    '<p class="official">{title}</p>\n<dl class="facts">\n{facts}</dl>\n</div>\n</header>\n'
    '<main id="main" class="frame" tabindex="-1">\n{sections}</main>\n'
    '<footer class="frame"><p>{words}.</p></footer>\n</body>\n</html>\n'
)
SECTION = Markup(
    '<section id="{id}">\n<h2>{title}</h2>\n<p class="purpose">{purpose}</p>\n{html}</section>\n'
)


def randomisation_page(report: RandomisationReport) -> str:
    """The page as HTML text."""
    return str(
        PAGE.format(
            title=report.title,
            study=report.study,
            style=Markup(stylesheet()),
            banner=report.source.banner,
            facts=facts(report),
            sections=Markup("").join(sections(report)),
            words=report.source.words,
        )
    )


def facts(report: RandomisationReport) -> Markup:
    """What was assumed, in the masthead."""
    shown = [
        ("Planned", f"{report.planned:,}"),
        ("Sites", len(report.sites)),
        ("Strata", len(report.shares)),
        ("Simulated trials", f"{report.trials:,}"),
    ]
    return Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(*each) for each in shown)


def sections(report: RandomisationReport) -> list[Markup]:
    """The words and the picture, then each table."""
    said = Markup("").join(Markup("<li>{}</li>\n").format(one) for one in sentences(report))
    words = Markup('<div class="prose"><ul>\n{}</ul></div>\n').format(said)
    parts = [
        (
            "summary",
            "What to read from it",
            f"Scenario: {report.scenario}.",
            words + figure_html(comparison(report), report.source),
        )
    ]
    purposes = {
        "guesses": ("Predictability", "Who can guess the next arm may choose whom to enrol."),
        "balance": ("Balance", "Arms that come apart cost power, and within strata or sites credibility."),
        "errors": ("Biases", "What guessing and drifts of time would do to the tests, if nobody noticed."),
        "one-list": ("One list", "The same of a single list, to compare with publications."),
    }
    parts += [(one.id, *purposes[one.id], table_html(one, report.source)) for one in tables_of(report)]
    return [
        SECTION.format(id=key, title=title, purpose=purpose, html=html) for key, title, purpose, html in parts
    ]
