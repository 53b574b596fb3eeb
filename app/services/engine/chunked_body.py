"""Takes an HTTP body apart as it comes: chunked, of known length, or until the connection closes.

Source: RFC 9112, sections 6 and 7. Works on bytes, knows no socket. `http.client` reads such bodies
too, but one chunk a call and through a buffer that hides whether more has come.
"""

LONGEST_LINE = 4096


class BodyError(ValueError):
    """The bytes are no chunked body."""


class PlainBody:
    """A body of `length` bytes, or of all that comes when `length` is None."""

    def __init__(self, length: int | None) -> None:
        self._left = length

    @property
    def is_finished(self) -> bool:
        """Whether the whole body came."""
        return self._left == 0

    @property
    def may_end(self) -> bool:
        """Whether the connection may close here."""
        return not self._left

    def feed(self, data: bytes) -> bytes:
        """Return the body's part of `data`."""
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data


class ChunkedBody:
    """A chunked body; extensions and trailers are read over."""

    def __init__(self) -> None:
        self._line = b""
        self._left = 0
        self._after_chunk = False
        self._in_trailer = False
        self.is_finished = False

    @property
    def may_end(self) -> bool:
        """Whether the connection may close here."""
        return self.is_finished

    def feed(self, data: bytes) -> bytes:
        """Return the payload in `data`. Raises BodyError when it is not chunked."""
        payload, position = [], 0
        while position < len(data) and not self.is_finished:
            if self._left:
                piece = data[position : position + self._left]
                payload.append(piece)
                position += len(piece)
                self._left -= len(piece)
                self._after_chunk = not self._left
                continue
            end = data.find(b"\n", position)
            self._line += data[position : end if end >= 0 else len(data)]
            if len(self._line) > LONGEST_LINE:
                raise BodyError("a chunk's header has no end")
            if end < 0:
                break
            position = end + 1
            line, self._line = self._line.rstrip(b"\r"), b""
            self._take_line(line)
        return b"".join(payload)

    def _take_line(self, line: bytes) -> None:
        if self._after_chunk:
            if line:
                raise BodyError("a chunk is longer than it says")
            self._after_chunk = False
        elif self._in_trailer:
            self.is_finished = not line
        else:
            size = line.partition(b";")[0].strip()
            if not size or size.strip(b"0123456789abcdefABCDEF"):
                raise BodyError(f"not the size of a chunk: {size[:20]!r}")
            self._left = int(size, 16)
            self._in_trailer = not self._left
