"""What the packages for macOS and Windows are made of: nothing of it runs here."""

import importlib.util
import os
import plistlib
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.services.updates.unpacking import unpack_program

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


def run_script(script: str, *arguments: Path | str, tools: Path, **stand_ins: str) -> tuple[int, list[str]]:
    """Run a Mac's script with shell lines in place of the Mac's tools; return its status and their calls."""
    calls = tools / "calls"
    tools.mkdir()
    calls.touch()
    for name, body in stand_ins.items():
        stand_in = tools / name
        stand_in.write_text(f'#!/bin/sh\necho "{name} $*" >>"{calls}"\n{body}\n')
        stand_in.chmod(0o755)
    done = subprocess.run(
        ["sh", PACKAGING / "mac" / script, *arguments],
        env={"PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(tools)}
        | dict.fromkeys(("APPLE_ID", "APPLE_TEAM", "APPLE_PASSWORD"), "x"),
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return done.returncode, calls.read_text(encoding="utf-8").splitlines()


def make_app(folder: Path) -> Path:
    """Return a folder laid out as Marina.app."""
    app = folder / "Marina.app"
    for name in (
        "MacOS/marina", "MacOS/marina-desktop", "Frameworks/lib.dylib", "Frameworks/Qt.framework/Qt",
        "Resources/qemu/bin/qemu-img", "Resources/qemu/lib/libglib.dylib",
    ):  # fmt: skip
        path = app / "Contents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return app


def test_the_mac_program_is_named_as_it_is_built() -> None:
    information = plistlib.loads((PACKAGING / "mac" / "Info.plist").read_bytes())
    spec = (PACKAGING / "marina.spec").read_text(encoding="utf-8")
    assert f'program("{information["CFBundleExecutable"]}"' in spec
    assert 'name="Marina.app"' in spec
    # PyInstaller makes a program without a window of it when the last one of the bundle is the command line's
    assert information["LSBackgroundOnly"] is False


def test_each_part_of_a_mac_program_is_signed_before_what_holds_it(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    status, calls = run_script("sign.sh", app, "Somebody", tools=tmp_path / "tools", codesign=":")
    assert status == 0
    *signed, verified = calls
    assert "--verify" in verified
    assert all("--options runtime --timestamp --sign Somebody" in call for call in signed)
    order = [call.rpartition("/")[2] for call in signed]
    libraries = {"lib.dylib", "libglib.dylib", "Qt.framework"}
    assert set(order[: len(libraries)]) == libraries
    assert order[len(libraries) :] == ["qemu-img", "marina", "marina-desktop", "Marina.app"]
    entitled = {call.rpartition("/")[2]: call for call in signed if "--entitlements" in call}
    assert "qemu.entitlements" in entitled.pop("qemu-img")
    assert set(entitled) == {"marina", "marina-desktop", "Marina.app"}
    assert all("program.entitlements" in call for call in entitled.values())


def test_who_signs_for_this_mac_only_does_without_the_hardened_runtime(tmp_path: Path) -> None:
    # it loads libraries of the program's own team only, and there is none
    status, calls = run_script("sign.sh", make_app(tmp_path), tools=tmp_path / "tools", codesign=":")
    assert status == 0
    assert all("runtime" not in call and "--sign -" in call for call in calls[:-1])


def test_a_signature_that_fails_ends_the_build(tmp_path: Path) -> None:
    status, calls = run_script("sign.sh", make_app(tmp_path), tools=tmp_path / "tools", codesign="exit 1")
    assert (status != 0, len(calls)) == (True, 1)


@pytest.mark.parametrize(("busy", "status", "tries"), [(0, 0, 1), (2, 0, 3), (9, 1, 5)])
def test_a_disk_image_is_tried_again_while_the_volume_is_busy(
    busy: int, status: int, tries: int, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    result, calls = run_script(
        "make_dmg.sh", make_app(tmp_path), "1.0", tmp_path / "marina.dmg",
        tools=tools, ditto=":", sleep=":", hdiutil=f'[ $(grep -c ^hdiutil "{tools}/calls") -gt {busy} ]',
    )  # fmt: skip
    assert result == status
    assert sum(call.startswith("hdiutil create") for call in calls) == tries
    assert {path.name for path in tools.iterdir()} == {"calls", "ditto", "hdiutil", "sleep"}, (
        "nothing is left"
    )


def test_a_disk_image_that_apple_refuses_ends_the_build(tmp_path: Path) -> None:
    status, calls = run_script(
        "notarise.sh", tmp_path / "marina.dmg", "Somebody",
        tools=tmp_path / "tools", codesign=":", xcrun='[ "$1" != stapler ]',
    )  # fmt: skip
    assert status != 0
    assert [" ".join(call.split()[:3]) for call in calls] == [
        "codesign --force --timestamp", "xcrun notarytool submit", "xcrun stapler staple",
    ]  # fmt: skip


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
    assert commands == ["start-at-login on", "start-at-login off", "window-at-login off"]
    commands += re.findall(r"marina\.exe'\), '([^']+)'", INNO)
    assert commands[3:] == ["stop --quit"]
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


def test_the_workflow_pins_every_container_image_by_its_digest() -> None:
    images = re.findall(r"image: \"(.+?)\"", WORKFLOW)
    assert len(images) == WORKFLOW.count("container:")
    for image in images:
        assert re.fullmatch(r"debian:[\w-]+@sha256:[0-9a-f]{64}", image), image


def test_only_a_job_of_its_own_environment_has_the_keys() -> None:
    for job in re.split(r"\n  (?=\w+:\n)", WORKFLOW):
        assert ("secrets." in job) == ("environment: signing" in job), job


def test_the_workflow_runs_what_there_is() -> None:
    for path in re.findall(r"packaging/[\w./-]+\.\w+", WORKFLOW):
        assert (PROJECT / path).is_file(), path
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for goal in re.findall(r"make (\w+)", WORKFLOW):
        assert goal == "python3" or f"\n{goal}:" in makefile, goal


def test_the_workflow_installs_marina_where_its_needs_are_read() -> None:
    jobs = [job for job in re.split(r"\n  (?=\w+:\n)", WORKFLOW) if "packaging/build_package.py" in job]
    assert len(jobs) == 2, "make does it on Linux"
    for job in jobs:
        assert 0 < job.find("--no-build-isolation --editable .") < job.index("build_package.py")


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
    assert carry.mac_libraries(otool) == [
        "/opt/homebrew/opt/glib/lib/libglib-2.0.0.dylib",
        "@rpath/libown.dylib",
    ]
    assert carry.windows_libraries("The Import Tables\n\tDLL Name: libglib-2.0-0.dll\n\tvma:\n") == [
        "libglib-2.0-0.dll"
    ]


def test_a_library_is_found_by_what_its_user_calls_it(tmp_path: Path) -> None:
    carry = load("carry_qemu")
    user = tmp_path / "Cellar" / "icu" / "lib" / "libicui18n.dylib"
    user.parent.mkdir(parents=True)
    user.touch()
    linked = tmp_path / "opt-icu"
    linked.symlink_to(user.parent)  # Homebrew's names lead over links
    beside = user.parent / "libicuuc.dylib"
    assert carry.find_mac_library("@loader_path/libicuuc.dylib", linked / user.name) == beside
    assert carry.find_mac_library("@rpath/libicuuc.dylib", linked / user.name) == beside
    assert carry.find_mac_library("@loader_path/../lib/libicuuc.dylib", linked / user.name) == beside
    assert carry.find_mac_library("/opt/homebrew/lib/libz.dylib", user) == Path(
        "/opt/homebrew/lib/libz.dylib"
    )


def test_a_program_without_streams_may_write_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # a windowed program on Windows
    load("start").settle_streams()
    with sys.stdout as stream:
        stream.write("→\n")


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


def test_the_macs_update_is_unpacked_as_the_program_it_was(tmp_path: Path) -> None:
    app = tmp_path / "Marina.app"
    (app / "Contents" / "MacOS").mkdir(parents=True)
    program = app / "Contents" / "MacOS" / "marina"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (app / "Contents" / "Frameworks").mkdir()
    (app / "Contents" / "Frameworks" / "resources").symlink_to("../Resources/resources")
    archive = tmp_path / "marina-0.2.0-macos-arm64.tar.zst"
    load("mac/app_archive").pack_app(app, archive)
    unpack_program(archive, tmp_path / "Marina.app.spare")
    unpacked = tmp_path / "Marina.app.spare" / "Contents"
    assert (unpacked / "MacOS" / "marina").stat().st_mode & 0o777 == 0o755
    assert (unpacked / "Frameworks" / "resources").readlink() == Path("../Resources/resources")
