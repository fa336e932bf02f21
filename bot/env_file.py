"""The file of settings, `.env`: read as a whole, or refused in one sentence that says what to mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

ALIKE = 0.86  # how much a name has to be like a setting's to be a slip for it; WECOM_ and WECHAT_ lie below
OURS = ("TELEGRAM_", "WECHAT_", "WECOM_", "SANDBOX", "CLAIMDESK_", "ORDER_WEBHOOK", "ALERT_WEBHOOK", "LLM_")


class Unreadable(Exception):
    """The file cannot be read; the message says why and what to do."""


def read(file: Path) -> dict[str, str]:
    """Return what a file sets, by name; nothing where there is none. Raises Unreadable."""
    from dotenv import dotenv_values

    text = _text(file)
    for line in _odd_lines(text):
        raise Unreadable(f"{file}: line {line} is not NAME=value; mend or delete it.")
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise Unreadable(f"{file} cannot be read ({error.strerror}); give this user the right to it.") from None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data
    try:
        if wide:
            raise Unreadable(f"{file} is not UTF-8 but looks like UTF-16; save it as UTF-8.")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{file} is not UTF-8 from line {line} on (GBK perhaps); save it as UTF-8.") from None


def _odd_lines(text: str) -> Iterator[int]:
    from dotenv.parser import parse_stream

    for found in parse_stream(StringIO(text)):
        if found.error or (found.key is not None and found.value is None):
            begun = len(found.original.string) - len(found.original.string.lstrip())
            yield found.original.line + found.original.string.count("\n", 0, begun)


def misspelt(
    known: Collection[str], *, in_file: Iterable[str], in_environment: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield the names that are a slip for a setting, each with the name that is meant.

    In the environment, which many share, only names that begin as ours do are looked at.
    """
    asked = [*in_file, *(name for name in in_environment if name.upper().startswith(OURS))]
    plain = {name.replace("_", ""): name for name in known}
    for name in dict.fromkeys(asked):
        if name in known:
            continue
        upper = name.upper().replace("-", "_")
        near = get_close_matches(upper, known, n=1, cutoff=ALIKE)
        begun = (one for one in known if "_" in upper and one.startswith(upper))  # SANDBOX_PASS
        meant = plain.get(upper.replace("_", "")) or next(iter(near), "") or next(begun, "")
        if meant:
            yield name, meant
