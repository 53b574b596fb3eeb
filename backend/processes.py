"""Starts helper programs whose output counts; `runtime/child_process.py` starts those that say little."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from backend.errors import SystemFailureError


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left behind."""

    exit_code: int
    stdout: bytes
    stderr: bytes


async def run(
    command: Sequence[str],
    *,
    stdin: bytes | None = None,
    timeout: float = 60.0,  # noqa: ASYNC109 - the limit is part of what a caller wants of a program
    check: bool = True,
) -> Finished:
    """Run `command` to its end; `stdin` is its whole input.

    Raises SystemFailureError when the program is missing, takes longer than `timeout` seconds, or
    (with `check`) exits non-zero; the message carries the end of its standard error.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise SystemFailureError(f"cannot run {command[0]}: {error.strerror}") from error
    try:
        async with asyncio.timeout(timeout):
            stdout, stderr = await process.communicate(stdin)
    except TimeoutError as error:
        raise SystemFailureError(f"{command[0]} did not finish within {timeout:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    finished = Finished(process.returncode if process.returncode is not None else -1, stdout, stderr)
    if check and finished.exit_code != 0:
        reason = stderr.decode(errors="replace").strip()[-2000:] or f"exit code {finished.exit_code}"
        raise SystemFailureError(f"{command[0]}: {reason}")
    return finished
