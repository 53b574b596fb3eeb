"""Network namespaces: made on a thread of their own, kept alive by a bind mount, entered by nobody else."""

import asyncio
import ctypes
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from backend.errors import SystemFailureError

Result = TypeVar("Result")

CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MNT_DETACH = 0x2
UMOUNT_NOFOLLOW = 0x8
THREAD_NAMESPACE = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, action: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise SystemFailureError(f"cannot {action}: {os.strerror(code)}")


async def on_own_thread(function: Callable[[], Result], name: str) -> Result:
    """Run blocking work on a thread that ends with it.

    A thread that has moved to another network namespace must not return to a pool: the next job would run
    there. When the waiting task is cancelled the work still runs to its end before the cancellation goes
    on, so that the caller can undo it.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def deliver(result: Result | None, error: BaseException | None) -> None:
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller waits
            loop.call_soon_threadsafe(deliver, None, error)
        else:
            loop.call_soon_threadsafe(deliver, result, None)

    threading.Thread(target=work, name=name, daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        with suppress(Exception):
            await future
        raise


def create_here(pin: Path) -> int:
    """Move this thread into a new namespace, pin it at `pin`, and return an open descriptor of it.

    Raises SystemFailureError; then nothing is pinned.
    """
    _check(_libc.unshare(CLONE_NEWNET), "create a network namespace")
    pin.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pin.touch(mode=0o600)
    try:
        _check(
            _libc.mount(THREAD_NAMESPACE.encode(), os.fsencode(pin), None, MS_BIND, None),
            f"keep the network namespace {pin.name}",
        )
    except SystemFailureError:
        pin.unlink()
        raise
    return os.open(THREAD_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)


def enter_here(pin: Path) -> None:
    """Move this thread into the pinned namespace. Raises SystemFailureError when it is none or gone."""
    try:
        descriptor = os.open(pin, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise SystemFailureError(f"cannot open the network namespace {pin}: {error.strerror}") from error
    try:
        _check(_libc.setns(descriptor, CLONE_NEWNET), f"enter the network namespace {pin}")
    finally:
        os.close(descriptor)


def unpin(pin: Path) -> None:
    """Let go of a pinned namespace; the kernel frees it when the last process has left. It may be gone."""
    # A pin can be stacked (an engine killed between two steps and started again): take off every layer.
    while _libc.umount2(os.fsencode(pin), MNT_DETACH | UMOUNT_NOFOLLOW) == 0:
        pass
    pin.unlink(missing_ok=True)


def is_pinned(pin: Path) -> bool:
    """Return whether a namespace is mounted at `pin`."""
    try:
        return pin.stat().st_dev != pin.parent.stat().st_dev
    except FileNotFoundError:
        return False


def set_here(sysctl: str, value: str) -> None:
    """Set a sysctl ("net/ipv4/ip_forward") in this thread's network namespace.

    Raises SystemFailureError when the kernel has none of that name or refuses.
    """
    path = Path("/proc/sys") / sysctl
    try:
        # One write without truncation: procfs accepts nothing else.
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        name = sysctl.replace("/", ".")
        raise SystemFailureError(f"cannot set {name} to {value}: {error.strerror}") from error


def enable_ipv6_here(interface: str) -> None:
    """Let an interface that is down have IPv6 addresses, at once when it comes up.

    Looking for duplicates would keep it silent for two seconds; the engine alone gives addresses here.
    Raises SystemFailureError where the kernel has no IPv6.
    """
    set_here(f"net/ipv6/conf/{interface}/accept_dad", "0")
    set_here(f"net/ipv6/conf/{interface}/disable_ipv6", "0")
