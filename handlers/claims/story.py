"""What was said, read again when the order becomes known: as one text, from each correction on as another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.claims.given_numbers import without_references
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import ReadClaim
from handlers.nlu.references import refer
from handlers.nlu.text.keyphrases import means
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.spoken_digits import in_figures
from storage.orders import Order

CORRECTS = pattern_of(
    r"^\s*(?:(?:哦|噢|喔|啊|诶|哎[呀吔哟]?|哎妈呀|嗯|那个|呃|唉|hmm+|oh|uh|um|well|sorry|不好意思|抱歉|对不起)[\s,，、。.!！]*)*"
    r"(?:等一?下|等等|等会儿?|等阵|等陣|慢着|且慢|不是(?!吧)|不对|唔啱|唔系|错了?(?=[\s,，]|$)|看错|睇错|睇錯|数错|数漏|记错|说错|讲错|写错|打错|搞错|弄错|更正|重新数|又[^,，。]{0,6}(?:数|看|瞅|点|扒拉)了?一?[下遍]"
    r"|wait|nah|no wait|hold on|hang on|my mistake|correction|scratch that|actually|(?:no )?sorry,? (?:no|not|"
    r"it)|i mean|i meant)",
    re.IGNORECASE,
)

FOUND = pattern_of(
    r"找到了|找着了|原来(?:在|是)|在[^,。!?;\n]{1,8}(?:里|底下|下面)(?:找到|呢|压着)|\bfound (?:it|em|them|"
    r"the)\b|turned up",
    re.IGNORECASE,
)
NUMBERS = pattern_of(r"[A-Za-z-]*\d[A-Za-z\d-]*", re.ASCII)  # order numbers, phone tails, counts
LEAST = 4  # letters: "你好" and "尾号2231" tell nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Messages that are read together; `corrects`: they put right what was said before them."""

    messages: tuple[tuple[str, str], ...]  # (ISO time, what is read of it)
    corrects: bool

    @property
    def text(self) -> str:
        """Return the messages as one text, a line each."""
        return "\n".join(text for _, text in self.messages)

    @property
    def finds(self) -> bool:
        """Return whether it says that what was missing is there."""
        return any(FOUND.search(text) for _, text in self.messages)

    def heard_at(self, told: ReadClaim) -> str:
        """Return the time of the message that a claim's problem was read from."""
        words = told.evidence.get("problems", "").split()
        found = [at for at, text in self.messages if any(word in text for word in words)]
        return (found or [at for at, _ in self.messages])[0]


def parts(said: Sequence[tuple[str, str]], order: Order, lexicon: Lexicon, today: date) -> list[Part]:
    """Return what was said in the parts that are read together, without the numbers that have done their work."""
    found: list[Part] = []
    for at, words in said:
        if means(words, "human"):
            continue
        # a number that was mistyped must not hide what else was said
        spelt = in_figures(normalise(without_references(words, order, lexicon), lexicon.emoji))
        masked = refer(spelt, (order,), lexicon, today=today).masked
        if corrects := bool(CORRECTS.search(words)) or not found:
            found.append(Part(messages=((at, masked),), corrects=bool(found) and corrects))
        else:
            found[-1] = Part(messages=(*found[-1].messages, (at, masked)), corrects=found[-1].corrects)
    return found


def telling(said: Sequence[Sequence[str]]) -> str:
    """Return the ISO time of the longest message ([ISO time, text]) besides its numbers; "" when none says anything."""
    lengths = {at: sum(map(str.isalpha, NUMBERS.sub("", text))) for at, text in said}
    best = max(lengths, key=lambda at: lengths[at], default="")
    return best if lengths.get(best, 0) >= LEAST else ""
