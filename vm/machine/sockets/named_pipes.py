"""Windows' named pipes as sockets: two threads carry the bytes between a pipe and a pair of sockets.

Programs of others (Docker's clients) expect a pipe there; Marina's own code expects sockets, which can be
waited for, given a time limit and closed from other threads. The pipes are as Docker's own are: of messages,
where an empty message says that one side has said all. Only their user can open them.
"""

import _winapi
import contextlib
import ctypes
import socket
import sys
import threading
import time
from collections import deque
from ctypes import wintypes
from typing import Any

assert sys.platform == "win32", "named pipes of Windows"

BUFFER = 2**16
FIRST_PIPE_INSTANCE = 0x00080000
MESSAGES = 0x00000004
NO_REMOTE_CLIENTS = 0x00000008
ANONYMOUS_TO_SERVER = 0x00100000
"""SECURITY_SQOS_PRESENT with SECURITY_ANONYMOUS: the server cannot act in the client's name."""

FILE_NOT_FOUND, PIPE_BUSY = 2, 231
TOKEN_QUERY, TOKEN_USER, KERNEL_OBJECT, OWNER = 8, 1, 6, 1
BUSY_WAIT = 0.05

_advapi = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.GetCurrentProcess.restype = wintypes.HANDLE
_kernel.LocalFree.argtypes = [ctypes.c_void_p]
_advapi.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
_advapi.GetTokenInformation.argtypes = [
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
]  # fmt: skip
_advapi.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]
_advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
    wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p,
]  # fmt: skip
_advapi.GetSecurityInfo.argtypes = [
    wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p),
    *(ctypes.c_void_p,) * 3, ctypes.POINTER(ctypes.c_void_p),
]  # fmt: skip


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (
        ("length", wintypes.DWORD),
        ("descriptor", ctypes.c_void_p),
        ("inherit", wintypes.BOOL),
    )


def user_sid() -> str:
    """Return the current user's identity as text (S-1-5-…). Raises OSError."""
    token = wintypes.HANDLE()
    _check(_advapi.OpenProcessToken(_kernel.GetCurrentProcess(), TOKEN_QUERY, ctypes.byref(token)))
    try:
        found = ctypes.create_string_buffer(256)  # a SID has 68 bytes at most
        size = wintypes.DWORD()
        _check(_advapi.GetTokenInformation(token, TOKEN_USER, found, len(found), ctypes.byref(size)))
        return _sid_text(ctypes.c_void_p.from_buffer(found).value)
    finally:
        _winapi.CloseHandle(token.value or 0)


def _sid_text(sid: int | None) -> str:
    text = ctypes.c_void_p()
    _check(_advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        _kernel.LocalFree(text)


def _owner(handle: int) -> str:
    """Return who made the pipe that a handle is of. Raises OSError."""
    owner, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
    code = _advapi.GetSecurityInfo(
        handle, KERNEL_OBJECT, OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
    )
    if code:
        raise ctypes.WinError(code)
    try:
        return _sid_text(owner.value)
    finally:
        _kernel.LocalFree(descriptor)


def _check(succeeded: int) -> None:
    if not succeeded:
        raise ctypes.WinError(ctypes.get_last_error())


def _create(name: str, *, first: bool) -> int:
    """Return a new instance of a pipe, which its user alone may open. Raises OSError."""
    user = user_sid()
    descriptor = ctypes.c_void_p()
    # owner and only entry of the protected access list: the user, with all rights
    _check(
        _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            f"O:{user}D:P(A;;GA;;;{user})", 1, ctypes.byref(descriptor), None
        )
    )
    try:
        attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False)
        return _winapi.CreateNamedPipe(
            name,
            _winapi.PIPE_ACCESS_DUPLEX | _winapi.FILE_FLAG_OVERLAPPED | (FIRST_PIPE_INSTANCE if first else 0),
            MESSAGES | NO_REMOTE_CLIENTS,
            _winapi.PIPE_UNLIMITED_INSTANCES,
            BUFFER,
            BUFFER,
            0,
            ctypes.addressof(attributes),
        )
    finally:
        _kernel.LocalFree(descriptor)


def _finish(work: _winapi.Overlapped) -> None:
    """Wait for what was begun. Raises OSError, also when it was cancelled."""
    _, error = work.GetOverlappedResult(True)
    if error:
        raise ctypes.WinError(error)


class PipeSocket(socket.socket):
    """One end of a pair of sockets, whose other end is carried over a pipe; closes with it."""

    _bridge: "_Bridge | None" = None

    @classmethod
    def over(cls, pipe: int) -> "PipeSocket":
        """Return the socket for a connected pipe, which it owns from now on."""
        inner, outer = socket.socketpair()
        made = cls(fileno=outer.detach())
        made._bridge = _Bridge(pipe, inner)
        made._bridge.start()
        return made

    def shutdown(self, how: int) -> None:
        """End one direction or both, as a socket's."""
        if how == socket.SHUT_RDWR:
            self._leave()
        super().shutdown(how)

    def _real_close(self, *arguments: Any) -> None:
        self._leave()
        super()._real_close(*arguments)  # type: ignore[misc]  # what ssl's sockets build on, too

    def _leave(self) -> None:
        if self._bridge is not None:
            self._bridge.leave()


class _Bridge:
    """Carries bytes and half-closes between a pipe and a socket; owns both."""

    def __init__(self, pipe: int, inner: socket.socket) -> None:
        self._pipe = pipe
        self._inner = inner
        self._lock = threading.Lock()
        self._reading: Any = None
        self._left = False
        """Our side is closed: nobody reads any more."""
        self._wrote_all = False
        self._ends = 0

    def start(self) -> None:
        """Carry from now on, until both sides have ended."""
        for carry in (self._carry_in, self._carry_out):
            threading.Thread(target=carry, name="named pipe", daemon=True).start()

    def leave(self) -> None:
        """Hang up, once what was sent is written."""
        with self._lock:
            self._left = True
            if self._wrote_all:
                self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reading is not None:
            with contextlib.suppress(OSError):
                self._reading.cancel()

    def _carry_in(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._read():
                self._inner.sendall(data)
            self._inner.shutdown(socket.SHUT_WR)
        self._end()

    def _read(self) -> bytes:
        """Return what comes; nothing when the other side has said all. Raises OSError when it is gone."""
        with self._lock:
            if self._left and self._wrote_all:
                raise BrokenPipeError
            try:
                self._reading, _ = _winapi.ReadFile(self._pipe, BUFFER, overlapped=True)
            except OSError:
                self._hang_up()
                raise
            reading = self._reading
        try:
            _finish(reading)
            return bytes(reading.getbuffer())
        except OSError:
            self._hang_up()
            raise
        finally:
            self._reading = None

    def _hang_up(self) -> None:
        """Nobody is at the other end: what was written for it is lost, and our side sees the end."""
        with contextlib.suppress(OSError):
            self._inner.shutdown(socket.SHUT_RDWR)

    def _carry_out(self) -> None:
        try:
            while data := self._inner.recv(BUFFER):
                self._write(data)
            if not self._left:
                self._write(b"")  # an empty message: we have said all
        except OSError:
            self._hang_up()
        with self._lock:
            self._wrote_all = True
            if self._left:
                self._stop_reading()
        self._end()

    def _write(self, data: bytes) -> None:
        writing, _ = _winapi.WriteFile(self._pipe, data, overlapped=True)
        _finish(writing)

    def _end(self) -> None:
        with self._lock:
            self._ends += 1
            if self._ends < 2:
                return
        _winapi.CloseHandle(self._pipe)
        self._inner.close()


class PipeListener(socket.socket):
    """Listens at a pipe and is itself a socket: it can be read when a client waits to be accepted."""

    name = ""
    _state: "_Listening | None" = None

    @classmethod
    def at(cls, name: str) -> "PipeListener":
        r"""Listen at a pipe (`\\.\pipe\…`). Raises PermissionError when another program does, OSError."""
        bell, ringer = socket.socketpair()
        try:
            state = _Listening(name, ringer)
        except OSError:
            bell.close()
            ringer.close()
            raise
        made = cls(fileno=bell.detach())
        made.name = name
        made._state = state
        state.start()
        return made

    def accept(self) -> tuple[socket.socket, str]:
        """Return the next client. Raises OSError when none waits and this must not block, or at the end."""
        if self._state is None or not self.recv(1):
            raise OSError("the pipe is closed")
        return self._state.take(), self.name

    def listen(self, backlog: int = 0, /) -> None:
        """Do nothing: it listens from the beginning."""

    def dup(self) -> "PipeListener":
        """Return a listener that goes on with the clients of this one, which may be closed then."""
        other = super().dup()
        assert isinstance(other, PipeListener)
        other.name, other._state, self._state = self.name, self._state, None
        return other

    def _real_close(self, *arguments: Any) -> None:
        state, self._state = self._state, None
        if state is not None:
            state.close()
        super()._real_close(*arguments)  # type: ignore[misc]


_held: dict[str, int] = {}
_held_lock = threading.Lock()


class _Listening:
    """The thread that waits for clients of a pipe; there is always an instance for the next one."""

    def __init__(self, name: str, ringer: socket.socket) -> None:
        self._name = name
        self._ringer = ringer
        self._lock = threading.Lock()
        self._clients: deque[int] = deque()
        self._connecting: Any = None
        self._closed = False
        with _held_lock:
            # whoever else has made the pipe before us is no one to share it with
            self._waiting = _create(name, first=not _held.get(name))
            _held[name] = _held.get(name, 0) + 1
        self._thread = threading.Thread(target=self._serve, name="named pipe listener", daemon=True)

    def start(self) -> None:
        """Take clients from now on."""
        self._thread.start()

    def take(self) -> PipeSocket:
        """Return the client for whom the bell has rung."""
        return PipeSocket.over(self._clients.popleft())

    def close(self) -> None:
        """Listen no more; who was not accepted yet is hung up on."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._connecting is not None:
                with contextlib.suppress(OSError):
                    self._connecting.cancel()
        self._thread.join()
        with _held_lock:
            _held[self._name] -= 1
        self._ringer.close()
        while self._clients:
            _winapi.CloseHandle(self._clients.popleft())

    def _serve(self) -> None:
        while True:
            try:
                self._await_client()
                following = _create(self._name, first=False)
            except OSError:
                if self._closed:
                    break
                time.sleep(BUSY_WAIT)  # the client left at once, or the system has no more to give
                with contextlib.suppress(OSError):
                    following = _create(self._name, first=False)
                    _winapi.CloseHandle(self._waiting)
                    self._waiting = following
                continue
            self._clients.append(self._waiting)
            self._waiting = following
            with contextlib.suppress(OSError):
                self._ringer.sendall(b"\0")
        _winapi.CloseHandle(self._waiting)

    def _await_client(self) -> None:
        with self._lock:
            if self._closed:
                raise OSError("the pipe is closed")
            connecting = self._connecting = _winapi.ConnectNamedPipe(self._waiting, overlapped=True)
        try:
            _finish(connecting)
        finally:
            self._connecting = None


def dial_pipe(name: str, timeout: float | None) -> PipeSocket:
    """Connect to a pipe of the current user.

    Raises ConnectionRefusedError when nobody listens there, PermissionError when it is another user's,
    TimeoutError, OSError.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        try:
            pipe = _winapi.CreateFile(
                name,
                _winapi.GENERIC_READ | _winapi.GENERIC_WRITE,
                0,
                _winapi.NULL,
                _winapi.OPEN_EXISTING,
                _winapi.FILE_FLAG_OVERLAPPED | ANONYMOUS_TO_SERVER,
                _winapi.NULL,
            )
            break
        except OSError as error:
            if error.winerror == FILE_NOT_FOUND:
                raise ConnectionRefusedError(f"nobody listens at {name}") from error
            if error.winerror != PIPE_BUSY:
                raise
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError(f"{name} is busy")
        time.sleep(BUSY_WAIT)
    try:
        if _owner(pipe) != user_sid():
            raise PermissionError(f"{name} is another user's")
        made = PipeSocket.over(pipe)
    except BaseException:
        _winapi.CloseHandle(pipe)
        raise
    made.settimeout(timeout)
    return made
