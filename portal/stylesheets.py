"""Style sheets as they are sent: what static/css/ says, without the comments and spaces that only people need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage as Files
from whitenoise.storage import CompressedManifestStaticFilesStorage

COMMENT = re.compile(r"/\*.*?\*/", re.S)
# A string as it is; a sign and the spaces around it; the space after a property's colon; any other run of spaces.
PART = re.compile(r"""("[^"]*"|'[^']*')|\s*([{}>;,])\s*|(:)\s+|\s+""")


def minified(text: str) -> str:
    """The same rules in fewer bytes: "a > b { color: red; }" -> "a>b{color:red}". For sheets without odd strings."""
    shorter = PART.sub(lambda part: part[1] or part[2] or part[3] or " ", COMMENT.sub("", text).strip())
    return shorter.replace(";}", "}")


class Storage(CompressedManifestStaticFilesStorage):
    """Whitenoise's: each file under a name with the hash of its text, and compressed; our style sheets minified."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator:
        ours = {
            name: (Minified(files), path)
            for name, (files, path) in paths.items()
            if name.startswith("css/") and name.endswith(".css")
        }
        yield from super().post_process(paths | ours, dry_run, **options)


class Minified:
    """Files of a storage, style sheets all of them, as they are sent."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def open(self, path: str) -> ContentFile:
        with self.files.open(path) as sheet:
            return ContentFile(minified(sheet.read().decode()).encode(), name=path)
