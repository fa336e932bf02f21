"""Frames between the service and its picture worker: a JSON head and byte parts, nothing that could run as code."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any

_LENGTH = struct.Struct(">I")
MAX_HEAD = 1 << 20  # bytes
MAX_PART = 64 << 20


class Wire:
    """One end of a socket pair. Every call may name a moment of `time.monotonic()` by which it must be done."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, head: Mapping[str, Any], parts: Sequence[bytes] = (), *, by: float | None = None) -> None:
        """Send one frame. Raises TimeoutError, or OSError when the other end is gone."""
        text = json.dumps({"head": head, "parts": [len(part) for part in parts]}).encode()
        for block in (_LENGTH.pack(len(text)), text, *parts):
            self._hurry(by)
            self._end.sendall(block)

    def receive(self, *, by: float | None = None) -> tuple[dict[str, Any], list[bytes]]:
        """Receive one frame. Raises TimeoutError, EOFError when the other end is gone, ValueError on nonsense."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, MAX_HEAD, by))
        frame = json.loads(self._read(length, MAX_HEAD, by))
        parts = [self._read(count, MAX_PART, by) for count in frame["parts"]]
        return frame["head"], parts

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _read(self, count: int, most: int, by: float | None) -> bytes:
        if not 0 <= count <= most:
            raise ValueError("a frame of impossible length")
        block = bytearray()
        while len(block) < count:
            self._hurry(by)
            piece = self._end.recv(min(1 << 18, count - len(block)))
            if not piece:
                raise EOFError
            block += piece
        return bytes(block)

    def _hurry(self, by: float | None) -> None:
        if by is not None:
            self._end.settimeout(max(0.001, by - time.monotonic()))
