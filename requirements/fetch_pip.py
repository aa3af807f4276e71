"""Fetches pip, pinned by hash, for a Python that came without ensurepip.

Debian's python3 has the venv module but not ensurepip, which is in a package that only root can add.
pip's wheel runs as it is, without being installed, so one download closes the gap. Honours PIP_INDEX_URL,
PIP_CERT and the proxy variables. Prints the path of the wheel.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
import sys
import urllib.parse
import urllib.request
from pathlib import Path

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def read(address: str) -> bytes:
    """The bytes at an address, under the certificates of the system or of PIP_CERT."""
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    with urllib.request.urlopen(address, timeout=60, context=context) as answer:
        return answer.read()


def main(folder: str) -> None:
    """Puts the wheel into the folder, after its hash was found right."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    links = re.findall(r'href="([^"]+)"', read(index).decode())
    found = [urllib.parse.urljoin(index, link) for link in links if f"/{WHEEL}" in link]
    if not found:
        sys.exit(f"set-up: {index} has no {WHEEL}.\n  Do: install python3-venv, or set PIP_INDEX_URL.")
    wheel = read(found[0].partition("#")[0])
    if hashlib.sha256(wheel).hexdigest() != SHA256:
        sys.exit(f"set-up: {found[0]} does not have the pinned hash.\n  Do: ask who runs that index.")
    path = Path(folder) / WHEEL
    path.write_bytes(wheel)
    print(path)


main(sys.argv[1])
