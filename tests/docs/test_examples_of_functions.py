"""Every function of `import equipoise` ends its words with an example; each runs and prints what it says."""

from __future__ import annotations

import ast
import doctest
import inspect

import pytest

import equipoise as eq

RETURNED = eq.CHAPTERS["What comes back"]
NAMES = sorted(eq.PLACES.keys() - RETURNED.keys())


def examples(name: str) -> list[doctest.Example]:
    """The examples of an export."""
    return doctest.DocTestParser().get_examples(inspect.getdoc(getattr(eq, name)) or "")


@pytest.mark.parametrize("name", NAMES)
def test_every_function_and_scheme_has_an_example_that_calls_it(name: str) -> None:
    assert any(f"eq.{name}(" in each.source for each in examples(name))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_prints_what_it_says(name: str) -> None:
    """An example that names a study, a ledger or an index, of which there is none here, says no output; that its
    calls are understood is held below, and the tutorial runs such calls."""
    found = examples(name)
    if not any(each.want for each in found):
        assert sum(_bound(each.source) for each in found) > 0
        return
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    runner.run(doctest.DocTest(found, {"eq": eq}, name, None, 0, None), out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


def _bound(source: str) -> int:
    """How many calls of exports there are, each with the parameters that its export takes."""
    calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    own = [each for each in calls if ast.unparse(each.func).removeprefix("eq.") in eq.PLACES]
    for call in own:
        made = getattr(eq, ast.unparse(call.func).removeprefix("eq."))
        inspect.signature(made).bind(
            *call.args, **{each.arg: each.value for each in call.keywords if each.arg}
        )
    return len(own)
