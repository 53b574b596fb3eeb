"""QEMU's command line for each system."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vm.machine.carried import carried
from vm.machine.qemu.qemu_command import QemuSettings, machine_arguments, qemu_command
from vm.machine.qemu.qemu_endpoints import QemuEndpoints
from vm.machine.sockets.endpoints import TlsEndpoint, UnixEndpoint

LINUX = QemuSettings(
    program="/usr/bin/qemu-system-x86_64",
    platform="linux",
    architecture="amd64",
    accelerator="tcg",
    cpus=2,
    memory_mib=2048,
    kernel=Path("/image/vmlinux"),
    initramfs=Path("/image/initramfs.img"),
    kernel_arguments="console=ttyS0 quiet",
    root_disk=Path("/image/root.erofs"),
    engine_disk=Path("/image/engine.erofs"),
    data_disk=Path("/data/data.qcow2"),
    console_log=Path("/data/console.log"),
    endpoints=QemuEndpoints(
        *(UnixEndpoint(Path(f"/run/{name}.sock")) for name in ("qmp", "boot", "agent", "files"))
    ),
    boot_values={"data_disk": Path("/data/boot-values/data_disk")},
)


def values(command: list[str], option: str) -> list[str]:
    return [command[index + 1] for index, word in enumerate(command) if word == option]


def test_kernel_is_booted_directly() -> None:
    command = qemu_command(LINUX)
    assert command[0] == LINUX.program
    assert values(command, "-kernel") == ["/image/vmlinux"]
    assert values(command, "-initrd") == ["/image/initramfs.img"]
    assert values(command, "-append") == ["console=ttyS0 quiet"]
    assert values(command, "-smp") == ["2"]
    assert values(command, "-m") == ["2048"]
    assert "-no-reboot" in command


def test_a_qemu_that_came_with_marina_is_told_where_its_firmware_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "-L" not in qemu_command(LINUX)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "marina-desktop"))
    assert "-L" not in qemu_command(LINUX), "the system's own knows its way"
    brought = carried("qemu")
    assert brought is not None
    command = qemu_command(replace(LINUX, program=str(brought / "bin" / "qemu-system-x86_64")))
    assert values(command, "-L") == [str(brought / "share" / "qemu")]


def test_disks_carry_the_serials_that_the_guest_looks_for() -> None:
    command = qemu_command(LINUX)
    drives = values(command, "-drive")
    assert [("readonly=on" in drive) for drive in drives] == [True, True, False]
    assert "discard=unmap,detect-zeroes=unmap" in drives[2]
    serials = [
        device.rpartition("serial=")[2] for device in values(command, "-device") if "serial=" in device
    ]
    assert serials == ["marina-root", "marina-engine", "marina-data"]


def test_ports_clock_and_memory_devices_are_there() -> None:
    command = qemu_command(LINUX)
    devices = values(command, "-device")
    assert "virtserialport,chardev=boot,id=boot,name=org.marina.boot" in devices
    assert "virtserialport,chardev=agent,id=agent,name=org.marina.agent" in devices
    assert "virtio-rng-pci" in devices
    assert "virtio-balloon-pci,free-page-reporting=on,deflate-on-oom=on" in devices
    assert values(command, "-fw_cfg") == ["name=opt/org.marina/data_disk,file=/data/boot-values/data_disk"]


def test_sockets_are_served_so_that_a_later_supervisor_can_connect() -> None:
    chardevs = values(qemu_command(LINUX), "-chardev")
    sockets = [chardev for chardev in chardevs if chardev.startswith("socket")]
    assert len(sockets) == 4
    assert all(chardev.endswith("server=on,wait=off") for chardev in sockets)


def test_no_host_port_is_forwarded_before_the_guest_listens() -> None:
    assert "hostfwd" not in " ".join(qemu_command(LINUX))


def test_windows_has_ports_instead_of_unix_sockets() -> None:
    keys = Path("/run/a,b")
    ports = QemuEndpoints(*(TlsEndpoint(port, keys) for port in (4444, 4445, 4446, 4447)), keys=keys)
    command = qemu_command(replace(LINUX, platform="win32", accelerator="whpx", endpoints=ports))
    sockets = [chardev for chardev in values(command, "-chardev") if chardev.startswith("socket")]
    assert "socket,id=qmp,host=127.0.0.1,port=4444,server=on,wait=off,nodelay=on,tls-creds=keys" in sockets
    assert all(chardev.endswith(",tls-creds=keys") for chardev in sockets), "none without its keys"
    assert values(command, "-object") == [
        "tls-creds-x509,id=keys,dir=/run/a,,b,endpoint=server,verify-peer=on"
    ]


def test_commas_in_paths_do_not_end_the_value() -> None:
    command = qemu_command(replace(LINUX, data_disk=Path("/a,readonly=on/data.qcow2")))
    assert values(command, "-drive")[2].endswith("file=/a,,readonly=on/data.qcow2")


@pytest.mark.parametrize(
    ("platform", "architecture", "accelerator", "expected"),
    [
        ("linux", "amd64", "kvm", ["-accel", "kvm", "-cpu", "host"]),
        ("linux", "amd64", "tcg", ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,erms=off"]),
        ("darwin", "amd64", "hvf", ["-accel", "hvf", "-cpu", "host"]),
        ("darwin", "arm64", "hvf", ["-accel", "hvf", "-cpu", "host"]),
        ("win32", "amd64", "whpx", ["-accel", "whpx,kernel-irqchip=off", "-cpu", "qemu64"]),
        ("win32", "arm64", "whpx", ["-accel", "whpx", "-cpu", "host"]),
        ("linux", "arm64", "tcg", ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,pauth-impdef=on"]),
    ],
)
def test_accelerator_and_processor_fit_together(
    platform: str, architecture: str, accelerator: str, expected: list[str]
) -> None:
    arguments = machine_arguments(platform, architecture, accelerator)
    assert arguments[-4:] == expected
    machine = values(arguments, "-machine")[0]
    assert machine.startswith("virt" if architecture == "arm64" else "q35")


def test_pc_has_no_sleep_states() -> None:
    assert values(machine_arguments("linux", "amd64", "tcg"), "-global") == [
        "ICH9-LPC.disable_s3=1",
        "ICH9-LPC.disable_s4=1",
    ]
    assert values(machine_arguments("linux", "arm64", "tcg"), "-global") == []
