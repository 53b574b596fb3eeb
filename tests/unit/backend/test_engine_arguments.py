"""Arguments of the engine that a user may give: what it would not come up with is refused by name."""

import re

import pytest

from backend.config import parse_arguments
from vm.errors import UserError
from vm.machine.engine_arguments import CHOICES, ELSEWHERE, FREE, OF_THE_MACHINE, check_arguments
from vm.machine.settings import parse_settings

NEEDED = ["--socket", "s", "--data-root", "d", "--run-root", "r"]


def test_these_are_the_options_of_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    told = capsys.readouterr().out
    assert set(re.findall(r"^ +(--[a-z-]+)", told, re.MULTILINE)) == {*FREE, *ELSEWHERE, *OF_THE_MACHINE}
    for name in FREE:
        for value in CHOICES.get(name, ("any",)):
            check_arguments([name, value, f"{name}={value}"])
            parse_arguments([*NEEDED, name, value, f"{name}={value}"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--socket", "/tmp/x"], "--socket is chosen by the machine"),
        (["--log-level", "debug", "--data-root=/x"], "--data-root is chosen by the machine"),
        (["--options", "{}"], "--options has a setting of its own: engine_options"),
        (["--of-tomorrow"], "There is no option --of-tomorrow; there are --registry-mirror, "),
        (["--log-le", "debug"], "no option --log-le"),
        (["debug"], "no option debug"),
        (["--help"], "no option --help"),
        (["--log-level"], "--log-level needs a value"),
        (["--registry-mirror", "--log-level", "info"], "--registry-mirror needs a value"),
        (["--log-level", "loud"], "--log-level must be one of debug, info, warning, error, not loud"),
        (["--layer-format="], "--layer-format needs a value"),
    ],
)
def test_what_the_engine_would_not_come_up_with_is_refused(arguments: list[str], reason: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse_settings({"engine_args": arguments})
    assert reason in refusal.value.details
