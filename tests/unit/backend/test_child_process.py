"""Programs that the engine runs to their end."""

import asyncio
import os

import pytest

from backend.errors import SystemFailureError
from backend.runtime import child_process


def test_exit_code_and_what_it_said() -> None:
    assert asyncio.run(child_process.run(["sh", "-c", "echo why >&2; exit 3"])) == (3, "why")


def test_program_that_says_more_than_the_pipe_holds_is_not_waited_for() -> None:
    code, said = asyncio.run(child_process.run(["sh", "-c", "head -c 300000 /dev/zero >&2; exit 3"]))
    assert code == 3
    assert len(said) > 4096


def test_missing_program() -> None:
    with pytest.raises(SystemFailureError, match="cannot run no-such-program"):
        asyncio.run(child_process.run(["no-such-program"]))


def test_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(SystemFailureError, match="did not finish within 0 s"):
        asyncio.run(child_process.run(["sleep", "1000"], limit_s=0.01))


def test_input_and_environment() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"yes\n")
    os.close(writing)
    command = ["sh", "-c", 'read line; test "$line$NAME" = yesvalue']
    try:
        assert asyncio.run(child_process.run(command, stdin=reading, environment={"NAME": "value"})) == (
            0,
            "",
        )
    finally:
        os.close(reading)


async def cancelled_once_it_runs(stdin: int) -> None:
    running = asyncio.ensure_future(
        child_process.run(["sh", "-c", "read line; exec sleep 1000"], stdin=stdin, ends_with_caller=True)
    )
    await asyncio.sleep(0)  # the first step of the call starts it
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_program_has_ended_when_the_cancelled_call_returns() -> None:
    reading, writing = os.pipe()
    try:
        asyncio.run(cancelled_once_it_runs(reading))
        os.close(reading)
        with pytest.raises(BrokenPipeError):  # nobody holds the other end any more
            os.write(writing, b"line\n")
    finally:
        os.close(writing)
