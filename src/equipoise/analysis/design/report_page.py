"""The design report as one page that needs no other file: sentences, tables, pictures, in the looks of the pages."""

from __future__ import annotations

from markupsafe import Markup

from equipoise.analysis.design.report import Compared, DesignReport, sentences
from equipoise.analysis.design.report_figures import figures_of
from equipoise.analysis.design.report_tables import tables_of
from equipoise.analysis.svg import figure_html
from equipoise.analysis.tables import table_html
from equipoise.registry.page import stylesheet

PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
    "<title>{banner} | Design report: {title} | {study}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n"
    '<a class="skip" href="#main">Skip to content</a>\n'
    '<aside class="banner" aria-label="Notice"><strong>{banner}</strong></aside>\n'
    '<header class="masthead">\n<div class="frame">\n'
    '<p class="eyebrow"><span class="number">{study}</span></p>\n<h1>Design report</h1>\n'
    '<p class="official">{title}</p>\n<dl class="facts">\n{facts}</dl>\n</div>\n</header>\n'
    '<main id="main" class="frame" tabindex="-1">\n{sections}</main>\n'
    '<footer class="frame"><p>{words}.</p></footer>\n</body>\n</html>\n'
)
SECTION = Markup(
    '<section id="{id}">\n<h2>{label}</h2>\n<p class="purpose">{arms}</p>\n'
    '<div class="prose"><ul>\n{said}</ul></div>\n{parts}</section>\n'
)


def design_page(report: DesignReport) -> str:
    """The page as HTML text."""
    return str(
        PAGE.format(
            title=report.title,
            study=report.study,
            style=Markup(stylesheet()),
            banner=report.source.banner,
            facts=facts(report),
            sections=Markup("").join(section(report, each) for each in report.comparisons),
            words=report.source.words,
        )
    )


def facts(report: DesignReport) -> Markup:
    """Planned numbers, in the masthead."""
    shown = [
        ("Planned", report.planned),
        *((report.labels[arm], count) for arm, count in report.groups.items()),
    ]
    return Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(*each) for each in shown)


def section(report: DesignReport, each: Compared) -> Markup:
    """One comparison: what it says, its first table and picture, then the others."""
    tabled = [table_html(one, report.source) for one in tables_of(each)]
    pictured = [figure_html(one, report.source) for one in figures_of(each)]
    parts = [tabled[0], pictured[0], *tabled[1:-1], *pictured[1:], tabled[-1]]
    return SECTION.format(
        id=each.estimand,
        label=each.label,
        arms=f"{each.variable}: {each.labels[0]} against {each.labels[1]}.",
        said=Markup("").join(Markup("<li>{}</li>\n").format(one) for one in sentences(report, each)),
        parts=Markup("").join(parts),
    )
