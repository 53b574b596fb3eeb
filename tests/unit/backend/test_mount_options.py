"""Mount options as words, and mounts as the kernel lists them."""

import pytest

from backend.errors import InvalidParameterError
from backend.runtime import syscalls
from backend.runtime.mount_options import check_outside_proc, merge_tmpfs, split, widest_propagation
from backend.runtime.mount_table import MountEntry, parse_line
from backend.volumes.mounting import check_options


def test_options_of_mount() -> None:
    assert split("") == (0, 0, "")
    assert split("bind,ro,rw,noexec,defaults") == (syscalls.MS_BIND | syscalls.MS_NOEXEC, 0, "")
    assert split("addr=1.2.3.4,ro,nolock,rslave") == (
        syscalls.MS_RDONLY,
        syscalls.MS_SLAVE | syscalls.MS_REC,
        "addr=1.2.3.4,nolock",
    )


def test_nothing_but_what_is_emulated_is_mounted_inside_proc() -> None:
    for good in ("/proc/cpuinfo", "/proc/net/dev", "/procfs", "/host/proc/sys"):
        check_outside_proc(good)
    for bad in ("/proc/sys", "/proc/self/attr", "/proc/net"):
        with pytest.raises(
            InvalidParameterError, match=f'"{bad}" cannot be mounted because it is inside /proc'
        ):
            check_outside_proc(bad)


def test_the_last_of_contradicting_words_counts() -> None:
    assert merge_tmpfs([]) == ["noexec", "nosuid", "nodev"]
    assert merge_tmpfs(["exec", "size=1m", "ro", "rw", "size=2m"]) == [
        "nosuid", "nodev", "exec", "rw", "size=2m"
    ]  # fmt: skip
    assert merge_tmpfs(["private", "rshared"])[-1] == "rshared"
    for bad in ("lowerdir=/etc", "size", "nonsense", "mode"):
        with pytest.raises(InvalidParameterError, match=f'invalid tmpfs option "{bad}"'):
            merge_tmpfs([bad])


def test_the_roots_propagation() -> None:
    assert widest_propagation(["", "rprivate"]) == "rprivate"
    assert widest_propagation(["rslave", "rprivate"]) == "rslave"
    assert widest_propagation(["rslave", "rshared"]) == "shared"


def test_lines_of_mountinfo() -> None:
    line = r"36 35 98:0 /r /mnt\040two rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue"
    assert parse_line(line) == MountEntry("/mnt two", shared=True, slave=True)
    plain = "36 35 98:0 / / rw - overlay overlay rw"
    assert parse_line(plain) == MountEntry("/", shared=False, slave=False)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"colour": "red"}, 'invalid option: "colour"'),
        ({"type": "tmpfs"}, 'missing required option: "device"'),
        ({"device": "x"}, 'missing required option: "type"'),
        ({"o": "bind"}, 'missing required option: "device"'),
        ({"size": "x"}, "invalid size: 'x'"),
        ({"size": "10"}, "quota size requested but no quota support"),
    ],
)
def test_options_of_volumes(options: dict[str, str], text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        check_options(options)
