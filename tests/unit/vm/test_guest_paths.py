"""What Windows' folders and files are called in the machine, and the way back."""

import pytest

from vm.machine.sharing.guest_paths import guest_name, guest_path, has_guest_path, host_path, windows_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("C:\\", "/c"),
        ("C:\\Users\\me", "/c/Users/me"),
        ("d:/Work/a b/ß", "/d/Work/a b/ß"),
        ("C:\\Users\\me\\", "/c/Users/me"),
        ("C:\\odd\\a\uf03ab", "/c/odd/a:b"),
    ],
)
def test_a_path_of_windows_is_one_of_the_machine(path: str, name: str) -> None:
    assert guest_path(path, "win32") == name
    assert guest_path(host_path(name, "win32"), "win32") == name


@pytest.mark.parametrize("path", ["\\\\server\\share\\x", "\\x", "x", "C:x", "\\\\?\\Volume{1}\\x", ""])
def test_what_is_on_no_drive_with_a_letter_has_no_name(path: str) -> None:
    assert not has_guest_path(path, "win32")


@pytest.mark.parametrize("name", ["", "/", "c/x", "/users/me", "/1/x", "/é/x", "/c/con", "/c/x/LPT1.txt"])
def test_what_no_path_can_be_made_of_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Windows|drive"):
        host_path(name, "win32")


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_elsewhere_a_path_is_what_it_is(platform: str) -> None:
    path = "/home/me/C:\\x"
    assert guest_path(path, platform) == host_path(path, platform) == path


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "a:b",
        "why?",
        '<>:"|?*\\',
        "tab\t",
        "dot.",
        "space ",
        "..x",
        ". .",
        ".hidden",
        "a.b c",
        "ß 漢",
    ],
)
def test_every_name_is_kept_and_comes_back(name: str) -> None:
    kept = windows_name(name)
    assert not set(kept) & set('<>:"|?*\\\t')
    assert kept[-1] not in ". "
    assert guest_name(kept) == name


@pytest.mark.parametrize("name", ["con", "NUL", "aux.txt", "COM1", "lpt9.a.b", "con .x", "x\uf03ay"])
def test_names_that_mean_something_else_on_windows_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Windows"):
        windows_name(name)
