"""Reading many records: files of any known kind in, one reading or one coded reason for each study out.

A file may hold one study, one a line, a list of them, or one a member of a zip; it may be packed with gzip; a
study may be JSON of ClinicalTrials.gov (version 2), its older XML, or public JSON of CTIS. What a file is, its
first bytes say, never its name. One study that cannot be read costs that study alone.
"""

from equipoise.registry.reading.files import paths_of, read_records
from equipoise.registry.reading.model import Reading, Unread

__all__ = ["Reading", "Unread", "paths_of", "read_records"]
