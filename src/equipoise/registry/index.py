"""An opened index: everything that can be asked about a folder of records, behind one object.

Its parts are opened when they are first used, so that a search does not wait for related trials.
"""

from __future__ import annotations
