"""From a folder to a study, or to all the faults that keep it from being one.

The steps: read the files, give the tree its types, see that the parts point at each other, compile the rules,
and see that the definition keeps the principles. A step that needs what an earlier one could not give is
left out; all others run, so that an author sees as many faults at once as can be known.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from equipoise.errors import EquipoiseError
from equipoise.study import principles, references, source
from equipoise.study.compiling import compile_rules
from equipoise.study.convert import convert
from equipoise.study.errors import DefinitionError
from equipoise.study.model import Definition
from equipoise.study.scopes import base_scope
from equipoise.study.study import Study, build

UNREADABLE = frozenset({"STUD-002", "STUD-003", "STUD-005", "STUD-006"})


def load(folder: Path | str) -> Study:
    """The study in a folder. Raises DefinitionError (STUD-001), which carries every fault as `problems`."""
    found = source.read(Path(folder))
    # A file that could not be read leaves its fields missing, which would be a second message for one fault.
    torn = any(problem.code in UNREADABLE for problem in found.problems)
    definition = None if torn else convert(found, Definition)
    if definition is None:
        raise DefinitionError(in_order(found.problems), str(folder))
    found.problems.extend(references.faults(definition, found))
    scope, problems = base_scope(definition, found)
    if problems:  # a form without its items would make every rule that reads them a fault
        raise DefinitionError(in_order([*found.problems, *problems]), str(folder))
    compiled = compile_rules(definition, found, scope)
    found.problems.extend(compiled.problems)
    if not found.problems:
        found.problems.extend(principles.faults(definition, found, compiled))
    if found.problems:
        raise DefinitionError(in_order(found.problems), str(folder))
    return build(definition, found, compiled)


def in_order(problems: Iterable[EquipoiseError]) -> list[EquipoiseError]:
    """Faults by file, line and column; the same fault at the same place once."""
    once = {(problem.code, problem.place, problem.fault): problem for problem in problems}
    return sorted(once.values(), key=_position)


def _position(problem: EquipoiseError) -> tuple[str, int, int]:
    file, _, rest = problem.place.rpartition(":")
    name, _, line = file.rpartition(":")
    if line.isdigit() and rest.isdigit():
        return name, int(line), int(rest)
    return problem.place, 0, 0
