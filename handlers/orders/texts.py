"""Cells of an order file as clean text: labels for people to read, numbers for people to type again."""

from __future__ import annotations

import re
import unicodedata

ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]+")
PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")  # as most numbers are: nothing to be cleaned
DECIMAL = re.compile(r"([0-9]+)\.0+")  # a number that a spreadsheet took for a sum


class Unclear(Exception):
    """A cell cannot be read; the message goes on after the column's name."""


def label(text: str, most: int) -> str:
    """Read free text: one line, without invisible marks."""
    if text.isprintable():
        line = " ".join(text.split())
        if len(line) > most:
            raise Unclear(f"is longer than {most} characters")
        return line
    clean = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cc" and char not in "\t\r\n":
            raise Unclear("holds a control character")
        if kind != "Cf" or char == "\u200d":  # emoji are joined by it
            clean.append(char)
    line = " ".join("".join(clean).split())
    if len(line) > most:
        raise Unclear(f"is longer than {most} characters")
    return line


def code(text: str, most: int = 64) -> str:
    """Read a number or code that people will type again: half width."""
    clean = label(text if text.isascii() else unicodedata.normalize("NFKC", text), most)
    if "+" in clean and ROUNDED.fullmatch(clean):
        raise Unclear("was rounded by a spreadsheet; format the column as text and export again")
    return clean


def name_of(text: str, most: int = 64) -> str:
    """Read a number that names something, as 12 for 12.0, without the mark that keeps spreadsheets from rounding it."""
    if PLAIN.fullmatch(text):
        return text
    clean = code(text, most).lstrip("'`’‘")
    found = DECIMAL.fullmatch(clean)
    return found[1] if found else clean
