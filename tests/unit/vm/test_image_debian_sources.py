"""Where the image's packages come from: the machine's own apt sources, in both forms."""

from pathlib import Path

import pytest

from vm.errors import UserError
from vm.image.debian_sources import filter_apt_options, find_sources, parse_deb822, parse_one_line

DEB822 = """\
Types: deb deb-src
# a remark between fields
URIs: http://mirror.test/debian/
Suites: bookworm
  bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://sources.test/debian
Suites: bookworm
Components: main
"""


def test_deb822_takes_enabled_binary_sources_with_continued_fields() -> None:
    found = parse_deb822(DEB822)
    assert [(source.uri, source.suite) for source in found] == [
        ("http://mirror.test/debian", "bookworm"),
        ("http://mirror.test/debian", "bookworm-updates"),
    ]
    assert found[0].components == ("main", "contrib")


def test_one_line_form_skips_options_sources_and_remarks() -> None:
    text = (
        "# deb http://commented.test/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] https://mirror.test/debian bookworm main non-free # remark\n"
        "deb-src https://mirror.test/debian bookworm main\n"
    )
    (source,) = parse_one_line(text)
    assert source.line() == "deb https://mirror.test/debian bookworm main non-free"


def test_sources_of_the_machine_are_moved_to_the_suite_and_third_parties_left_out(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(
        "deb http://a.test/debian bookworm main\n"
        "deb http://a.test/debian bookworm-backports main\n"
        "deb http://vendor.test/apt nodistro main\n"
        "deb http://b.test/debian-security bookworm-security main contrib\n"
    )
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "again.sources").write_text(
        DEB822.replace("mirror.test/debian/", "a.test/debian")
    )
    lines = [source.line() for source in find_sources(tmp_path, "bookworm", "trixie")]
    assert lines == [
        "deb http://a.test/debian trixie main",
        "deb http://b.test/debian-security trixie-security main",
        "deb http://a.test/debian trixie-updates main",
    ]


def test_a_machine_of_the_suite_itself_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://a.test/debian trixie main\n")
    assert [s.suite for s in find_sources(tmp_path, "trixie", "trixie")] == ["trixie"]


def test_no_debian_mirror_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://a.test/ubuntu noble main\n")
    with pytest.raises(UserError) as failure:
        find_sources(tmp_path, "noble", "trixie")
    assert "Debian mirror" in failure.value.what_to_do


def test_only_options_that_reach_the_mirror_are_passed_on() -> None:
    dump = [
        'Acquire::http::Proxy "http://proxy.test:3128";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::http "";',
        'Dir::Etc "/etc/apt";',
        'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";',
    ]
    assert filter_apt_options(dump) == [
        'Acquire::http::Proxy "http://proxy.test:3128"',
        'Acquire::Check-Valid-Until "false"',
    ]
