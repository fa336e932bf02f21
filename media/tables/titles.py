"""Titles of columns, reduced to what tells one from another."""

from __future__ import annotations

import re
import unicodedata

BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
MARKS = re.compile(r"[\s_*:/、,.]+")


def plain_title(title: str) -> str:
    """Reduce a title: half width, lower case, without what stands in brackets, without spaces and marks."""
    text = BRACKETS.sub("", unicodedata.normalize("NFKC", title)).lower()
    return MARKS.sub("", text) or text.strip()
