"""What the console tells of an engine that ends instead of starting."""

from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.engine_ends import check_engine

ENDED = "[marina 5.20] the engine ended with status {}; starting it again in 0 s\n"


def test_one_that_is_started_again_is_waited_for(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    check_engine(console)  # QEMU has not made it yet
    console.write_text("[marina 1.00] step engine\n" + ENDED.format(137) * 2)
    check_engine(console)


def test_one_that_does_not_know_its_arguments_is_told_at_once_with_what_it_said(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_text("marinad: error: unrecognized arguments: --new\n" + ENDED.format(2))
    with pytest.raises(UserError, match="did not start") as failure:
        check_engine(console)
    assert "unrecognized arguments: --new" in failure.value.details
    assert "Install Marina again" in failure.value.what_to_do


def test_arguments_of_the_users_are_named_as_what_is_wrong(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_text("marinad: error: unrecognized arguments: --new\n" + ENDED.format(2))
    with pytest.raises(UserError, match="does not understand its arguments") as failure:
        check_engine(console, ("--new", "a b"))
    assert "engine_args is: --new 'a b'" in failure.value.details
    assert "unrecognized arguments: --new" in failure.value.details
    assert "marina settings engine_args --empty" in failure.value.what_to_do
    console.write_text(ENDED.format(1) * 3)
    with pytest.raises(UserError) as failure:
        check_engine(console, ("--odd",))
    assert "marina settings engine_args --empty" in failure.value.what_to_do


def test_one_that_ends_all_the_time_is_told_with_its_last_words(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_text((ENDED.format(1) + "the database is damaged\n") * 3)
    with pytest.raises(UserError, match="did not start") as failure:
        check_engine(console)
    assert "the database is damaged" in failure.value.details
