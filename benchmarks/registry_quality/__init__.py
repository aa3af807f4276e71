"""How good the registry's answers are: every method side by side on the same questions, with intervals.

Each kind of answer is a module here with `NAME` (the title of its section in docs/benchmarks.md) and
`section(shared, work) -> Markdown`, and a line in `__main__.PARTS`. Measures and intervals are in `measures`,
the section is put in its place by `report`.
"""
