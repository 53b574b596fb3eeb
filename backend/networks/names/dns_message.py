"""DNS messages as bytes: reading questions, writing answers. Whatever comes in is hostile.

Source: RFC 1035 section 4, RFC 6891 (the size that a client takes), RFC 3596 (AAAA, ip6.arpa).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

HEADER = struct.Struct("!HHHHHH")  # id, flags, questions, answers, authorities, additional
RECORD = struct.Struct("!HHIH")  # type, class, time to live, length
TYPE_AND_CLASS = struct.Struct("!HH")

A, PTR, AAAA, OPT = 1, 12, 28, 41
CLASS_IN, CLASS_ANY = 1, 255
NO_ERROR, FORMAT_ERROR, SERVER_FAILURE, NOT_IMPLEMENTED = 0, 1, 2, 4

RESPONSE, TRUNCATED, RECURSION_WANTED, RECURSION_OFFERED = 0x8000, 0x0200, 0x0100, 0x0080
OPERATION = 0x7800
POINTER_TO_QUESTION = 0xC00C

SMALLEST_LIMIT = 512
LARGEST_LIMIT = 4096
LONGEST_NAME = 255
TIME_TO_LIVE = 600  # seconds, as Docker's; a change is seen at once all the same, because nobody caches here

Address = IPv4Address | IPv6Address


class NotAQueryError(ValueError):
    """Bytes that no answer should be sent to: too short, or an answer themselves."""


class BadQueryError(ValueError):
    """A query that is answered with an error code and nothing else."""

    def __init__(self, code: int) -> None:
        super().__init__(f"DNS error {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `name` is in lower case, without the last dot; `question` is as it came."""

    id: int
    flags: int
    name: str
    kind: int
    question: bytes
    limit: int

    @property
    def is_internet(self) -> bool:
        """Whether it asks for names of the Internet's class."""
        return TYPE_AND_CLASS.unpack(self.question[-4:])[1] in (CLASS_IN, CLASS_ANY)


def parse_query(data: bytes) -> Query:
    """Return the question of a message. Raises NotAQueryError or BadQueryError."""
    if len(data) < HEADER.size:
        raise NotAQueryError("shorter than its header")
    identifier, flags, questions, answers, authorities, additional = HEADER.unpack_from(data)
    if flags & RESPONSE:
        raise NotAQueryError("an answer")
    if flags & OPERATION:
        raise BadQueryError(NOT_IMPLEMENTED)
    if questions != 1:
        raise BadQueryError(FORMAT_ERROR)
    labels, end = _read_name(data, HEADER.size)
    if len(data) < end + TYPE_AND_CLASS.size:
        raise BadQueryError(FORMAT_ERROR)
    kind, _ = TYPE_AND_CLASS.unpack_from(data, end)
    end += TYPE_AND_CLASS.size
    limit = SMALLEST_LIMIT
    if additional and not answers and not authorities:
        limit = _read_limit(data, end)
    # A dot inside a label is not a dot between labels.
    name = ".".join(label.replace(b".", b"\\.").decode("latin-1") for label in labels).lower()
    return Query(identifier, flags, name, kind, data[HEADER.size : end], limit)


def _read_name(data: bytes, offset: int) -> tuple[list[bytes], int]:
    labels: list[bytes] = []
    start = offset
    while True:
        if offset >= len(data):
            raise BadQueryError(FORMAT_ERROR)
        length = data[offset]
        offset += 1
        if length == 0:
            break
        # Over 63 it is a pointer to elsewhere: nothing that a question has need of.
        if length > 63 or offset + length > len(data):
            raise BadQueryError(FORMAT_ERROR)
        labels.append(data[offset : offset + length])
        offset += length
        if offset - start > LONGEST_NAME:
            raise BadQueryError(FORMAT_ERROR)
    if offset - start > LONGEST_NAME:
        raise BadQueryError(FORMAT_ERROR)
    return labels, offset


def _read_limit(data: bytes, offset: int) -> int:
    """Return how large an answer may be, which the first additional record says if it is an OPT record."""
    if len(data) < offset + 1 + RECORD.size or data[offset] != 0:
        return SMALLEST_LIMIT
    kind, size, _, _ = RECORD.unpack_from(data, offset + 1)
    return min(max(size, SMALLEST_LIMIT), LARGEST_LIMIT) if kind == OPT else SMALLEST_LIMIT


def answer(
    query: Query, *, addresses: Sequence[Address] = (), name: str = "", limit: int | None = None
) -> bytes:
    """Return an answer with addresses, or with a name, or with nothing (the name is there, this kind not).

    What is larger than `limit` (None: no limit, over TCP) is cut to its question and marked so.
    """
    records = [(A if one.version == 4 else AAAA, one.packed) for one in addresses]
    if name:
        records.append((PTR, _write_name(name)))
    body = b"".join(
        struct.pack("!H", POINTER_TO_QUESTION) + RECORD.pack(kind, CLASS_IN, TIME_TO_LIVE, len(data)) + data
        for kind, data in records
    )
    whole = _head(query, NO_ERROR, len(records)) + query.question + body
    if limit is not None and len(whole) > limit:
        return _head(query, NO_ERROR, 0, TRUNCATED) + query.question
    return whole


def failure(query: Query, code: int = SERVER_FAILURE) -> bytes:
    """Return an answer that says only that there is none."""
    return _head(query, code, 0) + query.question


def refusal(data: bytes, code: int) -> bytes:
    """Return the answer to a message whose question cannot be read."""
    identifier, flags = struct.unpack_from("!HH", data)
    kept = flags & (OPERATION | RECURSION_WANTED)
    return HEADER.pack(identifier, RESPONSE | kept | RECURSION_OFFERED | code, 0, 0, 0, 0)


def _head(query: Query, code: int, answers: int, more: int = 0) -> bytes:
    flags = RESPONSE | (query.flags & RECURSION_WANTED) | RECURSION_OFFERED | more | code
    return HEADER.pack(query.id, flags, 1, answers, 0, 0)


def _write_name(name: str) -> bytes:
    labels = [label.encode("ascii", "replace")[:63] for label in name.split(".") if label]
    written = b"".join(bytes([len(label)]) + label for label in labels)
    return written[: LONGEST_NAME - 1] + b"\0" if len(written) < LONGEST_NAME else b"\0"


def reversed_address(name: str) -> Address | None:
    """Return the address that a PTR question asks about: "4.3.2.1.in-addr.arpa" is 1.2.3.4."""
    try:
        if name.endswith(".in-addr.arpa"):
            return IPv4Address(".".join(reversed(name.removesuffix(".in-addr.arpa").split("."))))
        if name.endswith(".ip6.arpa"):
            digits = "".join(reversed(name.removesuffix(".ip6.arpa").split(".")))
            if len(digits) == 32:
                return ip_address(int(digits, 16).to_bytes(16, "big"))
    except ValueError:
        pass
    return None


def is_answer_to(data: bytes, identifier: int, question: bytes) -> bool:
    """Return whether a message of a name server answers this question and no other."""
    if len(data) < HEADER.size + len(question):
        return False
    got, flags, questions, _, _, _ = HEADER.unpack_from(data)
    echoed = data[HEADER.size : HEADER.size + len(question)]
    return (
        got == identifier and bool(flags & RESPONSE) and questions == 1 and echoed.lower() == question.lower()
    )


def with_id(data: bytes, identifier: int) -> bytes:
    """Return a message under another number."""
    return struct.pack("!H", identifier) + data[2:]


def code_of(data: bytes) -> int:
    """Return the error code of an answer."""
    return data[3] & 0x0F
