"""How many processors a QEMU can be trusted with."""

import re
import subprocess

FIRST_SAFE_EMULATION = (8, 1)
"""QEMU before 8.1 translates a page while another processor changes it. A kernel changes its own code, also
long after the boot, and then dies with "Oops: int3". Found here with 7.2: one boot in about thirty."""


def qemu_version(program: str) -> tuple[int, int]:
    """Return major and minor version, or (0, 0) when the program does not tell; blocks for some 20 ms."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.search(r"version (\d+)\.(\d+)", told.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def trusted_processors(accelerator: str, version: tuple[int, int], wanted: int) -> tuple[int, str]:
    """Return how many of the wanted processors to use, and why not all of them (empty for all)."""
    if accelerator != "tcg" or version >= FIRST_SAFE_EMULATION or wanted == 1:
        return wanted, ""
    name = ".".join(map(str, version)) if version != (0, 0) else "of unknown version"
    return 1, f"It has one processor: QEMU {name} can crash an emulated machine with more; 8.1 cannot."
