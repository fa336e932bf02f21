"""The prints of a picture as they are kept and asked with, and as bytes between two processes."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

GRID = 64  # pixels each way of the square grid that stands for a picture
PATTERN = 16  # places each way of a pattern
INNER = 0.1  # of each side is left out of the part that is kept
CUTS = (  # shares of a side that a crop may have taken, at its two ends
    (0.0, 0.0), (0.05, 0.05), (0.1, 0.0), (0.0, 0.1), (0.1, 0.1), (0.05, 0.0), (0.0, 0.05)
)  # fmt: skip
FEW = 2  # of these for what a frame encloses, which is seldom cropped as well
BANDS, KEYED = 4, 31  # a key is made of three quarters of the bits
DOUBTED = 6  # bits nearest to zero, of which two at most may be the other way round

_KEPT = Struct("<L32s")
_ASKED = Struct("<BBBBLL")


class Kept(NamedTuple):
    """A picture's inner part: the signs of its low frequencies, and its pattern of light and dark, 256 bits."""

    bits: int
    pattern: int


class Asked(NamedTuple):
    """A part that may be a kept one: of which grid, where, and how it was turned; `doubted`: a mask of its bits."""

    grid: int
    down: int  # place in SPANS
    across: int
    turn: int
    bits: int
    doubted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """What is kept of a picture, what others are asked for with, and the grids that both were taken from."""

    kept: tuple[Kept, ...] = ()
    asked: tuple[Asked, ...] = ()
    grids: tuple[bytes, ...] = ()

    def parts(self) -> list[bytes]:
        """Return the prints as three pieces of bytes."""
        return [
            b"".join(_KEPT.pack(one.bits, one.pattern.to_bytes(32, "big")) for one in self.kept),
            b"".join(_ASKED.pack(*one) for one in self.asked),
            b"".join(self.grids),
        ]


NO_PRINTS = Prints()


def of_parts(kept: bytes, asked: bytes, grids: bytes) -> Prints:
    """Return prints from their pieces."""
    return Prints(
        kept=tuple(Kept(bits, int.from_bytes(pattern, "big")) for bits, pattern in _KEPT.iter_unpack(kept)),
        asked=tuple(Asked(*fields) for fields in _ASKED.iter_unpack(asked)),
        grids=tuple(grids[at : at + GRID * GRID] for at in range(0, len(grids), GRID * GRID)),
    )


SPANS = tuple(  # where along a side of the crop the kept part lies; a window is one span downwards and one across
    ((INNER - low) / (1 - low - high), (1 - INNER - low) / (1 - low - high)) for low, high in CUTS
)
