"""An agent of launchd, which begins things on a Mac (man 5 launchd.plist)."""

import plistlib
from collections.abc import Sequence
from pathlib import Path

from app.services.machine.at_login.login_entry import working_folder
from app.services.machine.at_login.login_file import LoginFile


def launch_agent(home: Path, label: str, command: Sequence[str]) -> LoginFile:
    """Return the agent `label` of the user whose home folder is `home`; what it starts outlives it."""
    agent = {
        "Label": label,
        "ProgramArguments": list(command),
        "WorkingDirectory": str(working_folder()),
        "RunAtLoad": True,
        "AbandonProcessGroup": True,
        "ProcessType": "Interactive",
    }
    return LoginFile(home / "Library" / "LaunchAgents" / f"{label}.plist", plistlib.dumps(agent).decode())
