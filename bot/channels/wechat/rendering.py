"""Replies as WeChat carries them: texts of at most 1,800 bytes with links for buttons, one picture at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ImageReply, TextReply

from handlers.messages.texts import languages, say
from storage.outbox import Mail
from storage.platforms.wechat import Answer

BUDGET = 1800  # bytes of UTF-8; the platform refuses above some limit near 2,048
CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
LINK_OPENS = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)  # a text must not bring links of its own
UNSAFE = str.maketrans({"<": "＜", ">": "＞", '"': "”", "&": "＆", "\n": " "})
PERCENT = str.maketrans({char: f"%{ord(char):02X}" for char in '%#&"<> '})
NUMBER_MEANS_ITSELF = ("quantity", "pair")  # slots where a bare number is the answer, not the number of a choice
DECISIVE = ("rate:", "offer:")  # taps that only a decision's message has


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A decision in a few words, and the outbox row that has it in full."""

    mail: int
    no: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message of the platform: a text, or stored media of a kind by its key.

    `upto`: the row that is complete with this part (0: none yet). `first`, `mail`: the first and last row in it.
    `done`: how many of the last row's parts are sent with it. `choices`: the taps behind its numbers.
    """

    kind: str = "text"
    content: str = ""
    upto: int = 0
    first: int = 0
    mail: int = 0
    done: int = 0
    choices: tuple[str, ...] = ()
    decision: bool = False
    told: tuple[Brief, ...] = ()  # the decisions in it, for a template message


def begun(mail: Mail) -> bool:
    """Return whether an outbox row has several parts, so that some of them may have been sent."""
    return len(_own_parts(mail)) > 1


def parts(mails: Sequence[Mail], *, partial: int = 0, done: int = 0) -> list[Part]:
    """Return the messages for outbox rows: short texts share one, a long row has its own, begun ones continue."""
    laid: list[Part] = []
    for mail in mails:
        own = _own_parts(mail)
        skip = done if mail.id == partial and done < len(own) else 0
        if skip == 0 and len(own) == 1 and own[0].kind == "text" and laid and _fits(laid[-1], own[0]):
            laid[-1] = _merged(laid[-1], own[0])
        else:
            laid += own[skip:]
    return laid


def _own_parts(mail: Mail) -> list[Part]:
    payload = mail.payload
    choices = buttons(payload)
    texts = split(clean(payload.get("text", "")), links(choices))
    decision = bool(payload.get("decision")) or any(tap.startswith(DECISIVE) for _, tap in choices)
    brief = Brief(mail=mail.id, no=payload.get("ticket", ""), decision=str(payload.get("decision", "")))
    shown = tuple(tap for _, tap in choices) if numbered(choices) else ()
    found = [("text", text) for text in texts] + [(kind, key) for kind, key in payload.get("media", ())]
    found = found or [("text", "…")]
    last = max((index for index, (kind, _) in enumerate(found) if kind == "text"), default=-1)
    return [
        Part(
            kind=kind,
            content=content,
            upto=mail.id if index + 1 == len(found) else 0,
            first=mail.id,
            mail=mail.id,
            done=index + 1,
            choices=shown if index == last else (),
            decision=decision,
            told=(brief,) if brief.decision else (),
        )
        for index, (kind, content) in enumerate(found)
    ]


def _fits(first: Part, second: Part) -> bool:
    whole = first.kind == "text" and first.upto == first.mail and first.done == 1
    return whole and size(first.content) + size(second.content) + 2 <= BUDGET and not (first.choices and second.choices)


def _merged(first: Part, second: Part) -> Part:
    return Part(
        content=f"{first.content}\n\n{second.content}",
        upto=second.upto,
        first=first.first,
        mail=second.mail,
        done=1,
        choices=second.choices or first.choices,
        decision=first.decision or second.decision,
        told=first.told + second.told,
    )


def size(text: str) -> int:
    """Return a text's bytes of UTF-8."""
    return len(text.encode())


def clean(text: str) -> str:
    """Return a text without what XML cannot hold, and without links that are not ours."""
    return LINK_OPENS.sub("＜", CONTROL.sub("", text)).strip()


def buttons(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return label and tap of every button, row by row."""
    return [(CONTROL.sub("", label), tap) for row in payload.get("buttons", ()) for label, tap in row]


def numbered(choices: Sequence[tuple[str, str]]) -> bool:
    """Return whether choices are shown with numbers."""
    return len(choices) > 1 and not any(tap.partition(":")[0] in NUMBER_MEANS_ITSELF for _, tap in choices)


def links(choices: Sequence[tuple[str, str]]) -> str:
    """Return choices as lines that can be tapped, answered by number, or typed."""
    shown = []
    for number, (label, tap) in enumerate(choices, 1):
        word = label.translate(UNSAFE)
        link = f'<a href="weixin://bizmsgmenu?msgmenucontent={word}&msgmenuid={tap.translate(PERCENT)}">{word}</a>'
        shown.append(say(languages()[0], "wechat.choice", number=number, link=link) if numbered(choices) else link)
    return "\n".join(shown)


def split(text: str, tail: str = "") -> list[str]:
    """Return a text cut into messages at lines, else at sentences, else anywhere; the links stay in the last."""
    if size(text) + size(tail) + 1 <= BUDGET:
        whole = "\n".join(part for part in (text, tail) if part)
        return [whole] if whole else []
    cut: list[str] = []
    for piece in [*_pieces(text, "\n"), *([tail] if size(tail) <= BUDGET else tail.splitlines(keepends=True))]:
        if cut and size(cut[-1]) + size(piece) <= BUDGET:
            cut[-1] += piece
        else:
            cut.append(piece)
    return [part.strip("\n") for part in cut if part.strip()]


def _pieces(text: str, at: str) -> list[str]:
    """Return the text cut so finely that every piece fits, and no finer."""
    found = []
    for line in re.split(f"(?<=[{at}])", text if text.endswith("\n") else text + "\n"):
        if size(line) <= BUDGET:
            found.append(line)
        elif at == "\n":
            found += _pieces(line, "。！？；!?;") or [line]
        else:
            found += [line[start : start + BUDGET // 4] for start in range(0, len(line), BUDGET // 4)]
    return [piece for piece in found if piece]


def render(answer: Answer, *, account: str, service: str, at: datetime, nonce: str, crypto: WeChatCrypto | None) -> str:
    """Return a passive reply as XML, encrypted by the key that opened the message."""
    values: dict[str, Any] = {"source": _cdata(service), "target": _cdata(account), "time": int(at.timestamp())}
    if answer.kind == "image":
        reply = ImageReply(image=_cdata(answer.content), **values)
    else:
        reply = TextReply(content=_cdata(answer.content), **values)
    xml: str = reply.render()
    if crypto is None:
        return xml
    sealed: str = crypto.encrypt_message(xml, nonce, str(int(at.timestamp())))
    return sealed


def _cdata(text: str) -> str:
    # wechatpy puts it into CDATA as it is; the end mark inside would let a text write nodes
    return CONTROL.sub("", text).replace("]]>", "]]]]><![CDATA[>")
