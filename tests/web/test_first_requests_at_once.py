"""The first requests of a server come at once, in several threads: none of them may end the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What a server reads for its first requests, in as many threads, which take turns as often as they can.
AT_ONCE = """
import sys, threading
from pathlib import Path
from equipoise.registry.record import read_record
from equipoise.registry.related.disk import read_pointer
from equipoise.registry.search.commit import LISTED

sys.setswitchinterval(1e-6)
together = threading.Barrier(8)
record = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}
listed = b'{"status": "", "phases": [], "texts": {}}'

def first():
    together.wait()
    read_record(record), LISTED.decode(listed), read_pointer(Path(sys.argv[1]))

threads = [threading.Thread(target=first) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
"""


@pytest.mark.parametrize("turn", range(3))
def test_types_are_known_before_threads_meet_them(index, turn: int) -> None:
    folder = next(index.glob("related-*"))
    ended = subprocess.run([sys.executable, "-c", AT_ONCE, str(folder)], capture_output=True)
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
