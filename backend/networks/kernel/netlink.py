"""Netlink messages as bytes: building and reading them, without a socket.

Source: Linux include/uapi/linux/netlink.h; Documentation/userspace-api/netlink/intro.rst (extended ACK).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP = 0x300
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200

NLMSG_ERROR = 0x2
NLMSG_DONE = 0x3

NLMSGERR_ATTR_MSG = 1

NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3FFF

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port id
ATTRIBUTE = struct.Struct("=HH")  # length, type


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the kernel, without its header."""

    kind: int
    flags: int
    sequence: int
    payload: bytes


class MalformedMessageError(ValueError):
    """Bytes that are no netlink message."""


def attribute(kind: int, payload: bytes) -> bytes:
    """Return one attribute, padded to four bytes."""
    length = ATTRIBUTE.size + len(payload)
    return ATTRIBUTE.pack(length, kind) + payload + bytes(-length % 4)


def text_attribute(kind: int, text: str) -> bytes:
    """Return an attribute that holds a zero-terminated string."""
    return attribute(kind, text.encode() + b"\0")


def number_attribute(kind: int, number: int) -> bytes:
    """Return an attribute that holds a 32-bit number of this machine's byte order."""
    return attribute(kind, struct.pack("=I", number))


def nested(kind: int, *attributes: bytes) -> bytes:
    """Return an attribute that holds attributes."""
    return attribute(kind | NLA_F_NESTED, b"".join(attributes))


def message(kind: int, flags: int, sequence: int, payload: bytes) -> bytes:
    """Return one whole message, addressed to the kernel."""
    return HEADER.pack(HEADER.size + len(payload), kind, flags, sequence, 0) + payload


def parse_messages(data: bytes) -> Iterator[Message]:
    """Yield the messages of one datagram. Raises MalformedMessageError when a length is impossible."""
    offset = 0
    while offset < len(data):
        if len(data) - offset < HEADER.size:
            raise MalformedMessageError("netlink message is shorter than its header")
        length, kind, flags, sequence, _ = HEADER.unpack_from(data, offset)
        if not HEADER.size <= length <= len(data) - offset:
            raise MalformedMessageError(f"netlink message has the impossible length {length}")
        yield Message(kind, flags, sequence, data[offset + HEADER.size : offset + length])
        offset += length + (-length % 4)


def parse_attributes(data: bytes) -> dict[int, bytes]:
    """Return attributes by type, the nested and byte-order marks removed; the last of a type counts.

    Raises MalformedMessageError when a length is impossible.
    """
    attributes: dict[int, bytes] = {}
    offset = 0
    while offset < len(data):
        if len(data) - offset < ATTRIBUTE.size:
            raise MalformedMessageError("netlink attribute is shorter than its header")
        length, kind = ATTRIBUTE.unpack_from(data, offset)
        if not ATTRIBUTE.size <= length <= len(data) - offset:
            raise MalformedMessageError(f"netlink attribute has the impossible length {length}")
        attributes[kind & NLA_TYPE_MASK] = data[offset + ATTRIBUTE.size : offset + length]
        offset += length + (-length % 4)
    return attributes


def parse_error(answer: Message) -> tuple[int, str]:
    """Return (errno, the kernel's own explanation or "") of an NLMSG_ERROR; errno 0 is an acknowledgement."""
    if len(answer.payload) < 4 + HEADER.size:
        raise MalformedMessageError("netlink error is shorter than its header")
    (negative_errno,) = struct.unpack_from("=i", answer.payload)
    if not answer.flags & NLM_F_ACK_TLVS:
        return -negative_errno, ""
    (length,) = struct.unpack_from("=I", answer.payload, 4)
    # A capped answer repeats only the header of the request; an uncapped one all of it.
    repeated = HEADER.size if answer.flags & NLM_F_CAPPED else length + (-length % 4)
    explanation = parse_attributes(answer.payload[4 + repeated :]).get(NLMSGERR_ATTR_MSG, b"")
    return -negative_errno, explanation.rstrip(b"\0").decode(errors="replace")
