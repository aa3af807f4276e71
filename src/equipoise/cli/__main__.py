"""`python -m equipoise.cli` is the same program as `equipoise`."""

from __future__ import annotations

import sys

from equipoise.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
