"""QEMU's command line: it depends on a settings value and on whether the program came with Marina."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vm.machine.carried import carried
from vm.machine.qemu.qemu_endpoints import QemuEndpoints
from vm.machine.sockets.endpoints import Endpoint, TlsEndpoint

NETWORK = "n"
"""QEMU's name for the guest's network: port forwards are added to it."""

DATA_DISK = "data"
"""QEMU's name for the user's disk: snapshots are taken of it."""

AGENT_PORT = "agent"
"""QEMU's name for the virtio-serial port of the engine: events about it carry the name."""

KEYS = "keys"
"""QEMU's name for the keys by which both ends of its ports know each other."""

TRANSLATION_CACHE_MIB = 512


@dataclass(frozen=True, slots=True)
class QemuSettings:
    """All that the command line depends on. `platform` is `sys.platform`'s value, memory is in MiB."""

    program: str
    platform: str
    architecture: str
    accelerator: str
    cpus: int
    memory_mib: int
    kernel: Path
    initramfs: Path
    kernel_arguments: str
    root_disk: Path
    engine_disk: Path
    data_disk: Path
    console_log: Path
    endpoints: QemuEndpoints
    boot_values: Mapping[str, Path] = field(default_factory=dict)


def qemu_command(settings: QemuSettings) -> list[str]:
    """Return the program and its arguments."""
    return [
        settings.program,
        *firmware_arguments(settings.program),
        *_base(),
        *machine_arguments(settings.platform, settings.architecture, settings.accelerator),
        "-smp",
        str(settings.cpus),
        "-m",
        str(settings.memory_mib),
        *_kernel(settings),
        *_disk("root", settings.root_disk, "raw", read_only=True),
        *_disk("engine", settings.engine_disk, "raw", read_only=True),
        *_disk(DATA_DISK, settings.data_disk, "qcow2", read_only=False),
        *_network(),
        *_small_devices(),
        *_ports(settings),
        *_boot_values(settings.boot_values),
    ]


def firmware_arguments(program: str) -> list[str]:
    """Return where a QEMU that came with Marina finds its firmware, nothing for one of the system's.

    By itself it looks where those who built it had it: beside the program, beside its folder or elsewhere.
    """
    brought = carried("qemu")
    if brought is None or brought not in Path(program).parents:
        return []
    return ["-L", str(brought / "share" / "qemu")]


def _base() -> list[str]:
    return ["-nodefaults", "-no-user-config", "-name", "marina", "-display", "none", "-no-reboot"]


def machine_arguments(platform: str, architecture: str, accelerator: str) -> list[str]:
    """Return machine type, accelerator and processor. They belong together: each has its own traps."""
    if architecture == "arm64":
        machine = ["-machine", "virt,gic-version=3"]
    else:
        # q35, never microvm: that one hung in 3 of 8 boots. No sleep states: a guest that sleeps is lost.
        machine = ["-vga", "none", "-machine", "q35"]
        for state in ("disable_s3", "disable_s4"):
            machine += ["-global", f"ICH9-LPC.{state}=1"]
    return [
        *machine,
        "-accel",
        _accelerator(architecture, accelerator),
        "-cpu",
        _cpu(architecture, accelerator),
    ]


def _accelerator(architecture: str, accelerator: str) -> str:
    if accelerator == "tcg":
        return f"tcg,thread=multi,tb-size={TRANSLATION_CACHE_MIB}"
    if accelerator == "whpx" and architecture == "amd64":
        return (
            "whpx,kernel-irqchip=off"  # MSI injection fails otherwise on Windows 10; arm64 must not have it
        )
    return accelerator


def _cpu(architecture: str, accelerator: str) -> str:
    if accelerator == "tcg":
        # The architected pointer authentication costs TCG half of its speed. “Fast strings” are slow there:
        # they go byte by byte, and the kernel clears and copies its pages with them.
        return "max,pauth-impdef=on" if architecture == "arm64" else "max,erms=off"
    if accelerator == "whpx" and architecture == "amd64":
        return "qemu64"  # "host" is not supported there and "max" crashes on AMD
    return "host"


def _kernel(settings: QemuSettings) -> list[str]:
    return [
        "-kernel",
        str(settings.kernel),
        "-initrd",
        str(settings.initramfs),
        "-append",
        settings.kernel_arguments,
    ]


def _disk(name: str, path: Path, form: str, *, read_only: bool) -> list[str]:
    access = (
        "readonly=on" if read_only else "discard=unmap,detect-zeroes=unmap,werror=enospc"
    )  # the guest is held when the host's disk is full
    return [
        "-drive",
        f"if=none,id={name},format={form},{access},file={escaped(path)}",
        "-device",
        f"virtio-blk-pci,drive={name},serial=marina-{name}",
    ]


def _network() -> list[str]:
    # no hostfwd here: a port taken by another program would keep QEMU from starting; QMP adds it later
    return ["-netdev", f"user,id={NETWORK}", "-device", f"virtio-net-pci,netdev={NETWORK},romfile="]


def _small_devices() -> list[str]:
    return [
        "-device",
        "virtio-rng-pci",
        "-device",
        "virtio-balloon-pci,free-page-reporting=on,deflate-on-oom=on",
    ]


def _ports(settings: QemuSettings) -> list[str]:
    endpoints = settings.endpoints
    return [
        *_keys(endpoints.keys),
        "-chardev",
        f"file,id=console,path={escaped(settings.console_log)}",
        "-serial",
        "chardev:console",
        "-device",
        "virtio-serial-pci",
        "-chardev",
        f"socket,id=boot,{_listening(endpoints.boot_port)}",
        "-device",
        "virtserialport,chardev=boot,id=boot,name=org.marina.boot",
        "-chardev",
        f"socket,id={AGENT_PORT},{_listening(endpoints.agent_port)}",
        "-device",
        f"virtserialport,chardev={AGENT_PORT},id={AGENT_PORT},name=org.marina.agent",
        "-chardev",
        f"socket,id=files,{_listening(endpoints.files_port)}",
        "-device",
        "virtserialport,chardev=files,id=files,name=org.marina.files",
        "-chardev",
        f"socket,id=qmp,{_listening(endpoints.qmp)}",
        "-mon",
        "chardev=qmp,mode=control",
    ]


def _listening(endpoint: Endpoint) -> str:
    # QEMU listens and does not wait, so that a new supervisor can take over a running machine
    if isinstance(endpoint, TlsEndpoint):
        return f"host=127.0.0.1,port={endpoint.port},server=on,wait=off,nodelay=on,tls-creds={KEYS}"
    return f"path={escaped(endpoint.path)},server=on,wait=off"


def _keys(folder: Path | None) -> list[str]:
    if folder is None:
        return []
    return ["-object", f"tls-creds-x509,id={KEYS},dir={escaped(folder)},endpoint=server,verify-peer=on"]


def _boot_values(values: Mapping[str, Path]) -> list[str]:
    arguments = []
    for name, path in sorted(values.items()):
        arguments += ["-fw_cfg", f"name=opt/org.marina/{name},file={escaped(path)}"]
    return arguments


def escaped(path: Path) -> str:
    """Return a path as a value in QEMU's option lists, where a comma ends the value unless doubled."""
    return str(path).replace(",", ",,")
