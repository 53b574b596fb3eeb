"""The few commands that the fake's containers know: enough for the same tests to run on a real engine."""

import queue
import time
from collections.abc import Callable

STDOUT, STDERR = 1, 2
KNOWN = ("true", "false", "echo", "cat", "sleep", "sh", "bash", "ash", "zsh", "rm")


def run_program(
    command: tuple[str, ...],
    write: Callable[[int, bytes], None],
    stdin: "queue.Queue[bytes | None]",
    stopped: Callable[[], bool],
    environment: dict[str, str],
) -> int:
    """Run a command to its end and return its exit code; `stopped` says that it is to be killed."""
    name, arguments = command[0].removeprefix("/bin/"), command[1:]
    if name == "true":
        return 0
    if name == "false":
        return 1
    if name == "echo":
        write(STDOUT, " ".join(arguments).encode() + b"\n")
        return 0
    if name == "cat":
        while (data := _next_input(stdin, stopped)) is not None:
            write(STDOUT, data)
        return 137 if stopped() else 0
    if name == "sleep":
        return _sleep(float(arguments[0]), stopped)
    if not arguments or "exec sh" in arguments[-1]:
        if arguments and "]1;" in arguments[-1]:
            write(STDOUT, b"\x1b]1;sh\x07")  # it says which shell it has found
        return _run_prompt(write, stdin, stopped)
    return _run_shell(arguments, write, environment, stopped)


def _sleep(seconds: float, stopped: Callable[[], bool]) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if stopped():
            return 137
        time.sleep(0.01)
    return 0


def _run_prompt(
    write: Callable[[int, bytes], None], stdin: "queue.Queue[bytes | None]", stopped: Callable[[], bool]
) -> int:
    """Be a shell at a terminal: echo what is typed, know `echo` and `exit`, and show colours for `ls`."""
    line = b""
    write(STDOUT, b"/ # ")
    while (data := _next_input(stdin, stopped)) is not None:
        for key in (data[place : place + 1] for place in range(len(data))):
            if key == b"\x7f" and line:
                line = line[:-1]
                write(STDOUT, b"\b \b")
            elif key == b"\r":
                write(STDOUT, b"\r\n")
                words = line.decode("utf-8", "replace").split()
                line = b""
                if words[:1] == ["exit"]:
                    return int(words[1]) if words[1:] else 0
                if words[:1] == ["echo"]:
                    write(STDOUT, " ".join(words[1:]).encode() + b"\r\n")
                elif words[:1] == ["yes"]:
                    for _ in range(int(words[1])):
                        write(STDOUT, b"\x1b[32mflood\x1b[m of many words on one line\r\n" * 1000)
                elif words == ["ls"]:
                    names = ("bin", "etc", "tmp", "usr", "var")
                    write(STDOUT, b"  ".join(b"\x1b[1;34m%s\x1b[m" % n.encode() for n in names) + b"\r\n")
                elif words:
                    write(STDOUT, f"sh: {words[0]}: not found\r\n".encode())
                write(STDOUT, b"/ # ")
            elif key >= b" ":
                line += key
                write(STDOUT, key)
    return 137 if stopped() else 0


def _next_input(stdin: "queue.Queue[bytes | None]", stopped: Callable[[], bool]) -> bytes | None:
    while not stopped():
        try:
            return stdin.get(timeout=0.02)
        except queue.Empty:
            continue
    return None


def _run_shell(
    arguments: tuple[str, ...],
    write: Callable[[int, bytes], None],
    environment: dict[str, str],
    stopped: Callable[[], bool],
) -> int:
    """Run `sh -c "a; b; exit N"` for echo (also `>&2`, `$NAME`), sleep and exit."""
    for statement in arguments[1].split(";") if len(arguments) > 1 else ():
        words = statement.split()
        if words[:1] == ["exec"]:
            del words[0]
        if words[:1] == ["sleep"]:
            wanted = environment.get(words[1][1:], "") if words[1].startswith("$") else words[1]
            if not wanted.isdigit():
                write(STDERR, f"sleep: invalid number '{wanted}'\n".encode())
                return 1
            if (code := _sleep(float(wanted), stopped)) != 0:
                return code
        if words[:1] == ["exit"]:
            return int(words[1])
        if words[:1] == ["echo"]:
            to_error = words[-1] == ">&2"
            texts = words[1:-1] if to_error else words[1:]
            values = [environment.get(text[1:], "") if text.startswith("$") else text for text in texts]
            write(STDERR if to_error else STDOUT, " ".join(values).encode() + b"\n")
    return 0
