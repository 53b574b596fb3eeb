"""What is said of exit codes."""

import pytest

from app.viewmodels.wording.exit_codes import explain_exit


@pytest.mark.parametrize(
    ("code", "out_of_memory", "words"),
    [
        (125, None, "could not be started"),
        (126, False, "not a program that can be executed"),
        (127, False, "does not exist in the image"),
        (137, True, "more memory than it may have"),
        (1, True, "more memory than it may have"),
        (137, False, "by force, or since it did not stop in time"),
        (137, None, "by force, or since memory was short"),
        (143, None, "told to stop"),
    ],
)
def test_what_exit_codes_mean(code: int, out_of_memory: bool | None, words: str) -> None:
    assert words in explain_exit(code, out_of_memory)


@pytest.mark.parametrize("code", [0, 1, 2, 255, -1])
def test_what_only_the_program_knows_is_not_guessed(code: int) -> None:
    assert explain_exit(code, False) == ""
