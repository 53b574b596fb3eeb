"""Processes of this computer: whether they run still, and what they use."""

import subprocess
import sys

import psutil


def background_flags() -> int:
    """Return the `creationflags` of a process without a window that outlives this one (Windows)."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def runs(process: psutil.Process) -> bool:
    """Return whether a process has not ended; a child that nobody has waited for has."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def has_ended(pid: int) -> bool:
    """Return whether no process with this number runs."""
    try:
        return not runs(psutil.Process(pid))
    except psutil.Error:
        return True


def resident_bytes(process: psutil.Process) -> int:
    """Return a process' resident memory; 0 when it is gone."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def busy_seconds(process: psutil.Process) -> float:
    """Return how long a process has kept processors busy; 0 when it is gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return round(times.user + times.system, 2)
