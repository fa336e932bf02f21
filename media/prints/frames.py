"""What a uniform frame encloses: the picture in a screenshot or in a border."""

from __future__ import annotations

from PIL import Image

Box = tuple[int, int, int, int]

RING = 2  # pixels at each edge that tell the ground
NEAR = 3  # greys at each side of the commonest that count as the ground too
SHARE = 0.3  # of the ring that has to be of the ground
OFF_GROUND = 9  # greys from which on a pixel is none of the ground
FILLED = 0.06 * 255  # of a row or column that belongs to the picture, as the mean of a mask
GAP = 3  # rows or columns without anything that are bridged
LEAST = 0.12  # of each side of the whole that a picture has at least
ROUNDS = 3


def enclosed(grey: Image.Image) -> Box | None:
    """Return the largest block that is not of the ground which the edges show; None if there is no such ground."""
    ground = _ground(grey)
    if ground is None:
        return None
    whole = (0, 0, *grey.size)
    mask = grey.point([255 if abs(level - ground) > OFF_GROUND else 0 for level in range(256)])
    box: Box = whole
    for _ in range(ROUNDS):
        top, bottom = _longest(mask.crop(box).reduce((box[2] - box[0], 1)).tobytes())
        rows = (box[0], box[1] + top, box[2], box[1] + bottom)
        if top == bottom:
            return None
        left, right = _longest(mask.crop(rows).reduce((1, rows[3] - rows[1])).tobytes())
        if left == right:
            return None
        found = (rows[0] + left, rows[1], rows[0] + right, rows[3])
        if found == box:
            break
        box = found
    wide, high = box[2] - box[0], box[3] - box[1]
    if box == whole or wide < LEAST * grey.width or high < LEAST * grey.height:
        return None
    return box


def _ground(grey: Image.Image) -> int | None:
    width, height = grey.size
    if min(width, height) < 4 * RING:
        return None
    strips = (
        (0, 0, width, RING),
        (0, height - RING, width, height),
        (0, 0, RING, height),
        (width - RING, 0, width, height),
    )
    counts = [sum(each) for each in zip(*(grey.crop(strip).histogram() for strip in strips), strict=True)]
    commonest = max(range(256), key=counts.__getitem__)
    near = sum(counts[max(0, commonest - NEAR) : commonest + NEAR + 1])
    return commonest if near >= SHARE * sum(counts) else None


def _longest(means: bytes) -> tuple[int, int]:
    """Return the longest run of what is filled, bridging GAP."""
    best, begin, last = (0, 0), -1, -GAP - 2
    for at, mean in enumerate(means):
        if mean < FILLED:
            continue
        if at - last > GAP + 1:
            begin = at
        last = at
        if at + 1 - begin > best[1] - best[0]:
            best = (begin, at + 1)
    return best
