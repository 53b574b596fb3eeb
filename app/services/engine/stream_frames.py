"""Takes Docker's multiplexed output apart: frames of an 8-byte header (stream, length) and their bytes.

Source: Docker Engine API, `POST /containers/{id}/attach`, "Stream format". Works on bytes, knows no socket.
"""

import struct

STDIN, STDOUT, STDERR = 0, 1, 2
HEADER_LENGTH = 8
LONGEST_FRAME = 64 * 1024 * 1024


class FrameError(ValueError):
    """The bytes are no multiplexed stream."""


class FrameReader:
    """Give it bytes as they come; it gives back what of which stream they hold, also of unfinished frames."""

    def __init__(self) -> None:
        self._header = b""
        self._stream = STDOUT
        self._left = 0

    @property
    def is_between_frames(self) -> bool:
        """Whether the bytes so far end where a frame ends: the end of a stream must."""
        return not self._left and not self._header

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return (stream, bytes) pairs in order. Raises FrameError when the header is none."""
        pieces: list[tuple[int, bytes]] = []
        position = 0
        while position < len(data):
            if not self._left:
                taken = data[position : position + HEADER_LENGTH - len(self._header)]
                self._header += taken
                position += len(taken)
                if len(self._header) < HEADER_LENGTH:
                    break
                self._stream, self._left = self._parse_header(self._header)
                self._header = b""
                continue
            piece = data[position : position + self._left]
            pieces.append((self._stream, piece))
            self._left -= len(piece)
            position += len(piece)
        return pieces

    @staticmethod
    def _parse_header(header: bytes) -> tuple[int, int]:
        stream, length = struct.unpack(">B3xI", header)
        if stream > STDERR or header[1:4] != b"\0\0\0" or length > LONGEST_FRAME:
            raise FrameError(f"not a frame of a multiplexed stream: {header.hex()}")
        return stream, length
