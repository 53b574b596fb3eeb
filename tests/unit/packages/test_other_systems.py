"""What the packages for macOS and Windows are made of: nothing of it runs here."""

import importlib.util
import plistlib
import re
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[3]
PACKAGING = PROJECT / "packaging"
INNO = (PACKAGING / "windows" / "marina.iss").read_text(encoding="utf-8")
WORKFLOW = (PROJECT / ".github" / "workflows" / "packages.yml").read_text(encoding="utf-8")


def load(name: str) -> Any:
    """Return a module of packaging/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_mac_program_is_named_as_it_is_built() -> None:
    information = plistlib.loads((PACKAGING / "mac" / "Info.plist").read_bytes())
    spec = (PACKAGING / "marina.spec").read_text(encoding="utf-8")
    assert f'program("{information["CFBundleExecutable"]}"' in spec
    assert 'name="Marina.app"' in spec


def test_only_qemu_may_use_the_hypervisor() -> None:
    rights = {
        path.stem: plistlib.loads(path.read_bytes()) for path in (PACKAGING / "mac").glob("*.entitlements")
    }
    assert rights["qemu"]["com.apple.security.hypervisor"] is True
    assert "com.apple.security.hypervisor" not in rights["program"]
    script = (PACKAGING / "mac" / "sign.sh").read_text(encoding="utf-8")
    assert set(re.findall(r"(\w+)\.entitlements", script)) == set(rights)


def test_the_windows_installer_needs_no_administrator_and_starts_what_there_is() -> None:
    assert "PrivilegesRequired=lowest" in INNO
    assert "HKLM" not in INNO
    programs = set(re.findall(r"\{app\}\\([\w-]+)\.exe", INNO))
    assert programs == {"marina", "marina-desktop"}
    from app.cli import build_parser

    commands = re.findall(r'marina\.exe"; Parameters: "([^"]+)"', INNO)
    assert commands == ["start-at-login on", "stop", "start-at-login off"]
    for command in commands:
        build_parser().parse_args(command.split())


def test_every_value_that_the_installer_wants_is_given() -> None:
    build = (PACKAGING / "build_package.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"\{#(\w+)\}", INNO)):
        assert f'"{name}": ' in build


def test_the_workflow_pins_every_action_by_its_commit() -> None:
    used = re.findall(r"uses: (\S+)", WORKFLOW)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action), action


def test_the_workflow_runs_what_there_is() -> None:
    for path in re.findall(r"packaging/[\w./-]+\.\w+", WORKFLOW):
        assert (PROJECT / path).is_file(), path
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for goal in re.findall(r"make (\w+)", WORKFLOW):
        assert goal == "python3" or f"\n{goal}:" in makefile, goal


def test_icons_are_lists_of_pictures(tmp_path: Path) -> None:
    icons = load("icons")
    mac, windows = tmp_path / "marina.icns", tmp_path / "marina.ico"
    icons.write_icns([(b"ic07", b"first"), (b"ic08", b"second!")], mac)
    content = mac.read_bytes()
    assert content[:4] == b"icns"
    assert struct.unpack(">I", content[4:8])[0] == len(content)
    assert content[8:21] == b"ic07" + struct.pack(">I", 13) + b"first"

    icons.write_ico([(16, b"small"), (256, b"large!")], windows)
    content = windows.read_bytes()
    assert struct.unpack("<HHH", content[:6]) == (0, 1, 2)
    width, height, _, _, planes, bits, size, offset = struct.unpack("<BBBBHHII", content[22:38])
    assert (width, height, planes, bits) == (0, 0, 1, 32)
    assert content[offset : offset + size] == b"large!"


def test_libraries_are_read_from_what_the_systems_tools_print() -> None:
    carry = load("carry_qemu")
    otool = (
        "/opt/homebrew/bin/qemu-img:\n"
        "\t/opt/homebrew/opt/glib/lib/libglib-2.0.0.dylib (compatibility version 8.0.0)\n"
        "\t/usr/lib/libSystem.B.dylib (compatibility version 1.0.0, current version 1345.0.0)\n"
        "\t@rpath/libown.dylib (compatibility version 1.0.0, current version 1.0.0)\n"
    )
    assert carry.mac_libraries(otool) == [Path("/opt/homebrew/opt/glib/lib/libglib-2.0.0.dylib")]
    assert carry.windows_libraries("The Import Tables\n\tDLL Name: libglib-2.0-0.dll\n\tvma:\n") == [
        "libglib-2.0-0.dll"
    ]


def test_what_a_needed_library_needs_is_carried_too(tmp_path: Path) -> None:
    carry = load("carry_qemu")
    program, first, second = (tmp_path / name for name in ("program", "first", "second"))
    for path in (program, first, second):
        path.touch()
    needs = {program: [first, tmp_path / "the-systems"], first: [second], second: [first]}
    assert carry.with_needed([program], needs.__getitem__) == [program, first, second]


@pytest.mark.parametrize(("platform", "inside"), [("linux", "bin"), ("darwin", "Contents/Resources")])
def test_an_installed_program_finds_what_came_with_it(
    platform: str, inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vm.machine.carried import carried

    assert carried("image") is None, "a source tree carries nothing"
    program = tmp_path / ("Contents/MacOS" if platform == "darwin" else "bin") / "marina"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sys, "platform", platform)
    assert carried("image") == tmp_path / inside / "image"
