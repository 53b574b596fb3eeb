"""One conversation with the kernel over netlink: requests, acknowledgements, dumps."""

import os
import socket
from types import TracebackType

from backend.errors import SystemFailureError
from backend.networks.kernel import netlink

SOL_NETLINK = 270
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12
NETLINK_ROUTE = 0
NETLINK_NETFILTER = 12

RECEIVE_BYTES = 1 << 18
ANSWER_TIMEOUT = 10.0  # seconds; the kernel answers at once, this only ends a hang


class NetlinkError(SystemFailureError):
    """The kernel refused a request; `errno` says why."""

    def __init__(self, action: str, errno: int, explanation: str) -> None:
        reason = os.strerror(errno) + (f" ({explanation})" if explanation else "")
        super().__init__(f"cannot {action}: {reason}")
        self.errno = errno


class NetlinkSocket:
    """A netlink socket in the network namespace of the thread that makes it; used by one thread at a time."""

    def __init__(self, family: int = NETLINK_ROUTE) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._sequence = 0
        try:
            self._socket.settimeout(ANSWER_TIMEOUT)
            for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
                self._socket.setsockopt(SOL_NETLINK, option, 1)
            self._socket.bind((0, 0))
        except OSError:
            self._socket.close()
            raise

    def __enter__(self) -> "NetlinkSocket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def change(self, action: str, kind: int, payload: bytes, flags: int = 0) -> None:
        """Ask for a change and wait until it is done.

        `action` completes the sentence "cannot …". Raises NetlinkError with the kernel's reason.
        """
        self._exchange(action, kind, netlink.NLM_F_ACK | flags, payload)

    def dump(self, action: str, kind: int, payload: bytes) -> list[netlink.Message]:
        """Return all objects of a kind. Raises NetlinkError."""
        return self._exchange(action, kind, netlink.NLM_F_DUMP, payload)

    def get(self, action: str, kind: int, payload: bytes) -> netlink.Message:
        """Return one object. Raises NetlinkError, with ENODEV or ENOENT when there is none."""
        return self._exchange(action, kind, netlink.NLM_F_ACK, payload)[0]

    def _exchange(self, action: str, kind: int, flags: int, payload: bytes) -> list[netlink.Message]:
        self._sequence += 1
        request = netlink.message(kind, netlink.NLM_F_REQUEST | flags, self._sequence, payload)
        found: list[netlink.Message] = []
        try:
            self._socket.send(request)
            while True:
                for answer in netlink.parse_messages(self._socket.recv(RECEIVE_BYTES)):
                    if answer.sequence != self._sequence:
                        continue  # the tail of an earlier request that timed out
                    if answer.kind == netlink.NLMSG_ERROR:
                        errno, explanation = netlink.parse_error(answer)
                        if errno:
                            raise NetlinkError(action, errno, explanation)
                        return found
                    if answer.kind == netlink.NLMSG_DONE:
                        return found
                    found.append(answer)
        except (OSError, netlink.MalformedMessageError) as error:
            raise SystemFailureError(f"cannot {action}: {error}") from error
