"""The engine's answer as a file, for what reads archives."""

from app.services.engine.engine_streams import EngineStream


class StreamReader:
    """Reads the engine's answer as a file."""

    def __init__(self, stream: EngineStream) -> None:
        self._chunks = stream.chunks()
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        parts, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            length += len(chunk)
        data = b"".join(parts)
        size = length if size < 0 else size
        self._rest = data[size:]
        return data[:size]
