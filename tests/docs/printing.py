"""Runs the Python of a page and puts what each block prints into the `text` block that follows it."""

from __future__ import annotations

import contextlib
import io
import re

STEP = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<said>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


def printed_anew(text: str, name: str) -> str:
    """The page with the outputs that its blocks print now; a block without an output after it may print what it
    likes."""
    names: dict[str, object] = {"__name__": name}

    def ran(step: re.Match[str]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(step["code"], name, "exec"), names)  # the documents are ours, and this is their test
        block = f"```python\n{step['code']}```\n"
        return block if step["said"] is None else f"{block}\n```text\n{out.getvalue()}```\n"

    return STEP.sub(ran, text)
