"""Netlink bytes against what the kernel's headers say, and hostile bytes against the parser."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.networks.kernel import netlink
from backend.networks.kernel.conntrack import matches


def test_a_message_is_its_header_and_payload() -> None:
    built = netlink.message(16, netlink.NLM_F_REQUEST | netlink.NLM_F_ACK, 7, b"abcd")
    assert built == struct.pack("=IHHII", 20, 16, 5, 7, 0) + b"abcd"


def test_attributes_are_padded_and_their_length_is_not() -> None:
    assert netlink.attribute(3, b"lo\0") == struct.pack("=HH", 7, 3) + b"lo\0" + b"\0"
    assert netlink.text_attribute(3, "lo") == netlink.attribute(3, b"lo\0")
    assert netlink.number_attribute(10, 2) == struct.pack("=HHI", 8, 10, 2)


def test_nested_attributes_are_marked_and_found() -> None:
    built = netlink.nested(18, netlink.text_attribute(1, "veth"), netlink.attribute(2, b"x"))
    outer = netlink.parse_attributes(built)
    assert struct.unpack_from("=HH", built)[1] == 18 | 0x8000
    assert netlink.parse_attributes(outer[18]) == {1: b"veth\0", 2: b"x"}


@given(st.dictionaries(st.integers(0, 0x3FFF), st.binary(max_size=50), max_size=8))
def test_what_is_built_is_parsed(attributes: dict[int, bytes]) -> None:
    data = b"".join(netlink.attribute(kind, payload) for kind, payload in attributes.items())
    assert netlink.parse_attributes(data) == attributes
    whole = netlink.message(24, 0, 9, data) + netlink.message(3, 0, 9, b"")
    assert [(one.kind, one.sequence, one.payload) for one in netlink.parse_messages(whole)] == [
        (24, 9, data),
        (3, 9, b""),
    ]


@given(st.binary(max_size=200))
def test_any_bytes_end_in_messages_or_the_one_error(data: bytes) -> None:
    try:
        for one in netlink.parse_messages(data):
            netlink.parse_attributes(one.payload)
    except netlink.MalformedMessageError:
        pass


def test_an_acknowledgement_is_no_error() -> None:
    answer = netlink.Message(netlink.NLMSG_ERROR, netlink.NLM_F_CAPPED, 1, struct.pack("=i", 0) + bytes(16))
    assert netlink.parse_error(answer) == (0, "")


@pytest.mark.parametrize("capped", [True, False])
def test_the_kernels_explanation_is_read(capped: bool) -> None:
    request = netlink.message(16, 5, 1, b"payload!")
    repeated = request[:16] if capped else request
    flags = netlink.NLM_F_ACK_TLVS | (netlink.NLM_F_CAPPED if capped else 0)
    payload = struct.pack("=i", -17) + repeated + netlink.text_attribute(1, "Device already exists")
    assert netlink.parse_error(netlink.Message(netlink.NLMSG_ERROR, flags, 1, payload)) == (
        17,
        "Device already exists",
    )


def test_a_cut_off_error_is_refused() -> None:
    with pytest.raises(netlink.MalformedMessageError):
        netlink.parse_error(netlink.Message(netlink.NLMSG_ERROR, 0, 1, b"\0\0"))


@pytest.mark.parametrize(
    ("protocol", "port", "expected"), [(17, 5353, True), (17, 53, False), (6, 5353, False)]
)
def test_only_udp_to_the_given_ports_is_forgotten(protocol: int, port: int, expected: bool) -> None:
    original = netlink.nested(
        2, netlink.attribute(1, bytes([protocol])), netlink.attribute(3, port.to_bytes(2, "big"))
    )
    assert matches(original, {5353}) is expected
