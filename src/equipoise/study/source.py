"""A study folder as a tree of text, with the place of every part.

The carrier is YAML read as nodes: every scalar stays the text that was written, and the types of `model` give
it its meaning, so that a country code NO, a version 1.10 or a time 08:30 is never turned into something else.
Anchors, aliases and tags are refused: a definition is read from top to end, by people too. Each file's top
keys are fields of the definition, and the mappings of several files are merged; the same identifier in two
files is an error that points at both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from equipoise.errors import EquipoiseError
from equipoise.rules.place import Place
from equipoise.study.errors import problem

NOT_THE_DEFINITION = frozenset({"annotations.yaml", "design.yaml"})
DEPTH = 24
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class ScalarPlace(Place):
    """The place of a scalar that covers several lines: for each line the offset at which it begins in the
    text, and the column at which it begins in the file."""

    begins: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()

    def moved(self, text: str, offset: int) -> Place:
        """The place of the character `text[offset]`, when `text` begins here."""
        line = bisect_right(self.begins, offset) - 1
        return Place(self.file, self.line + line, self.columns[line] + offset - self.begins[line])


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The tree of a folder. `places` gives the place of each value by its dotted path, `keys` that of its
    key, `texts` the text of a scalar over several lines, each without its indentation."""

    tree: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[EquipoiseError] = field(default_factory=list)

    def place(self, path: str) -> Place:
        """The place of the value at `path`, or of the nearest part above it that was written."""
        while path not in self.places and "." in path:
            path = path.rpartition(".")[0]
        return self.places.get(path) or Place("definition")

    def key(self, path: str) -> Place:
        """The place of the key of `path`, or of the nearest part above it."""
        return self.keys.get(path) or self.place(path)


def files(folder: Path) -> tuple[Path, ...]:
    """The files of a definition, in order: `*.yaml` of the folder, then those of its `forms/`."""
    own = [path for path in sorted(folder.glob("*.yaml")) if path.name not in NOT_THE_DEFINITION]
    return (*own, *sorted((folder / "forms").glob("*.yaml")))


def read(folder: Path) -> Source:
    """Read and merge all files of a study folder. Faults stand in `problems`; nothing is raised."""
    source = Source()
    found = files(folder)
    if not found:
        source.problems.append(problem("STUD-002", str(folder), found="there is no definition here"))
    for path in found:
        read_file(source, path)
    return source


def read_file(source: Source, path: Path) -> None:
    """Add one file to the source."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        source.problems.append(problem("STUD-002", str(path), found=f"the file cannot be read: {error}"))
        return
    root = compose(source, text, str(path))
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        place = Place(str(path), root.start_mark.line + 1, root.start_mark.column + 1)
        source.problems.append(problem("STUD-003", place, found="a mapping of fields was expected"))
        return
    reader = _Reader(source, text, str(path))
    for name, key, value in reader.entries(root, ""):
        reader.merge(name, key, value)


def compose(source: Source, text: str, file: str) -> yaml.Node | None:
    """The root node of a text, or None when it is empty or at fault."""
    try:
        fault = next(_refused(text, file), None)
        if fault is None:
            return yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        words = " ".join(filter(None, (error.context, error.problem)))
        if "mapping values" in words:
            words += " (a text that contains a colon and a blank is quoted, or stands in a block after |)"
        fault = problem("STUD-003", place, found=words)
    except yaml.YAMLError as error:
        fault = problem("STUD-003", Place(file), found=" ".join(str(error).split()))
    source.problems.append(fault)
    return None


def _refused(text: str, file: str) -> Iterator[EquipoiseError]:
    """Anchors, aliases, tags and bottomless nesting, found before any tree is built."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield problem("STUD-005", place, found="an anchor or alias (& or *)")
        if getattr(event, "tag", None):
            yield problem("STUD-005", place, found=f"the tag {event.tag!r}")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            yield problem("STUD-006", place, limit=DEPTH)


class _Reader:
    """Turns the nodes of one file into dictionaries, lists and text, and notes where each was."""

    def __init__(self, source: Source, text: str, file: str) -> None:
        self.source = source
        self.text = text
        self.file = file

    def at(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Key text, key node and value node; keys written twice in one mapping are faults."""
        seen: dict[str, Place] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.source.problems.append(problem("STUD-007", self.at(key)))
            elif key.value in seen:
                name = f"{path}{key.value}"
                self.source.problems.append(
                    problem("STUD-004", self.at(key), name=name, other=seen[key.value])
                )
            else:
                seen[key.value] = self.at(key)
                yield key.value, key, value

    def merge(self, name: str, key: yaml.Node, value: yaml.Node) -> None:
        """Add one top field; a mapping that another file began is continued, other values are faults."""
        tree = self.source.tree
        if name not in tree:
            self.source.keys[name] = self.at(key)
            tree[name] = self.value(value, name)
            return
        if not isinstance(tree[name], dict) or not isinstance(value, yaml.MappingNode):
            self.source.problems.append(
                problem("STUD-004", self.at(key), name=name, other=self.source.keys[name])
            )
            return
        for inner, inner_key, inner_value in self.entries(value, f"{name}."):
            path = f"{name}.{inner}"
            if inner in tree[name]:
                self.source.problems.append(
                    problem("STUD-004", self.at(inner_key), name=path, other=self.source.keys[path])
                )
            else:
                self.source.keys[path] = self.at(inner_key)
                tree[name][inner] = self.value(inner_value, path)

    def value(self, node: yaml.Node, path: str) -> Any:
        """The value of a node: a dictionary, a list, or the text of a scalar."""
        self.source.places[path] = self.at(node)
        if isinstance(node, yaml.MappingNode):
            found = {}
            for name, key, value in self.entries(node, f"{path}."):
                self.source.keys[f"{path}.{name}"] = self.at(key)
                found[name] = self.value(value, f"{path}.{name}")
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self.value(part, f"{path}.{index}") for index, part in enumerate(node.value)]
        self.scalar(node, path)
        return node.value

    def scalar(self, node: yaml.ScalarNode, path: str) -> None:
        """Note where the text of a scalar begins, and its lines when there are several.

        A quoted text with escapes over several lines keeps the place of its beginning only.
        """
        start = self.at(node)
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if node.style in ('"', "'"):
            start, raw = Place(start.file, start.line, start.column + 1), raw[1:-1]
        self.source.places[path] = start
        lines, first = raw.split("\n"), start.column
        if node.style in ("|", ">"):  # the header line holds only the indicator
            lines, start, first = lines[1:], Place(start.file, start.line + 1, 1), 1
        columns = [len(line) - len(line.lstrip()) + 1 for line in lines]
        columns[0] += first - 1
        lines = [line.strip() for line in lines]
        text = ("\n" if node.style == "|" else " ").join(lines)
        if "\n" not in raw or text.split() != node.value.split():
            return
        begins = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
        self.source.texts[path] = text
        self.source.places[path] = ScalarPlace(
            start.file, start.line, columns[0], tuple(begins), tuple(columns)
        )
