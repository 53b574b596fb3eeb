"""What exit codes mean, in words.

Sources: POSIX shell (126, 127; 128 and a signal's number), Docker's `docker run` (125), signal(7).
"""

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


def explain_exit(code: int, out_of_memory: bool | None = None) -> str:
    """Return what an exit code says of a container's program, "" for what only the program knows.

    `out_of_memory` is whether the kernel ended a process of it for that, None where nobody knows.
    """
    if out_of_memory:
        return translate("ExitCodes", "It needed more memory than it may have.")
    if code == 137 and out_of_memory is None:
        return translate("ExitCodes", "It was killed: by force, or since memory was short.")
    return {
        125: translate("ExitCodes", "It could not be started."),
        126: translate("ExitCodes", "Its command is not a program that can be executed."),
        127: translate("ExitCodes", "Its command does not exist in the image."),
        130: translate("ExitCodes", "It was interrupted, as Ctrl+C does."),
        134: translate("ExitCodes", "Its program gave up by itself (abort)."),
        137: translate("ExitCodes", "It was killed: by force, or since it did not stop in time."),
        139: translate("ExitCodes", "Its program crashed: it used memory that is not its own."),
        143: translate("ExitCodes", "It was told to stop."),
    }.get(code, "")
