"""How many clients may wait at a port of QEMU's: it asks for one, and a browser alone comes with six.

What does not fit is lost: such a client tries again after a second, later with growing pauses, and may be
reset. QEMU has no option for it, but whoever holds a listening socket may set it again, and Linux hands a
program's sockets to its starter (pidfd_getfd(2)). Other systems do not.
"""

import ctypes
import logging
import os
import socket
import sys
from collections.abc import Collection

import psutil

log = logging.getLogger(__name__)
WAITING_CLIENTS = 512
SYS_PIDFD_GETFD = 438  # the same on amd64 and arm64


def lengthen_queues(pid: int, ports: Collection[int]) -> None:
    """Let clients wait at a process' TCP `ports` on IPv4. Does what the system allows; blocks."""
    if sys.platform != "linux" or not ports:
        return
    try:
        process = os.pidfd_open(pid)
        try:
            for connection in psutil.Process(pid).net_connections("tcp4"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr.port in ports:
                    with _borrowed_socket(process, connection.fd) as listener:
                        listener.listen(WAITING_CLIENTS)
        finally:
            os.close(process)
    except (OSError, psutil.Error) as error:  # such as Yama's, after another supervisor has started QEMU
        log.info("ports of QEMU keep their short queues: %s", error)


def _borrowed_socket(process: int, descriptor: int) -> socket.socket:
    """Return a process' socket as one of our own. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    ours = libc.syscall(SYS_PIDFD_GETFD, process, descriptor, 0)
    if ours < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return socket.socket(fileno=ours)
