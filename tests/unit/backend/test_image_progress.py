"""Progress messages, as dockerd words them: the bars here are dockerd's own."""

import pytest

from backend.images.transfer.pull_progress import PullProgress, Step, retrying, step_message


@pytest.mark.parametrize(
    ("current", "total", "bar"),
    [
        (3680, 8850, "[====================>                              ]   3.68kB/8.85kB"),
        (8850, 8850, "[==================================================>]   8.85kB/8.85kB"),
        (69434, 4147200, "[>                                                  ]  69.43kB/4.147MB"),
        (2007040, 2000000, "[==================================================>]  2.007MB"),
        (512, 2048, "[============>                                      ]     512B/2.048kB"),
        (5_300_000, 0, "   5.3MB"),
        (0, 0, ""),
    ],
)
def test_bars(current: int, total: int, bar: str) -> None:
    message = step_message(Step("Downloading", current, total))
    assert message["progress"] == bar
    assert message["progressDetail"] == {"current": current} | ({"total": total} if total else {})


def test_steps_that_just_are() -> None:
    assert step_message(Step("Waiting")) == {"status": "Waiting", "progressDetail": {}}
    assert retrying(1).status == "Retrying in 1 second"
    assert retrying(4).status == "Retrying in 4 seconds"


def test_what_says_nothing_new_is_not_sent() -> None:
    sent: list[dict[str, object]] = []
    progress = PullProgress(sent.append)
    digest = "sha256:" + "ab" * 32
    for step in (Step("Waiting"), Step("Waiting"), Step("Downloading", 1, 9), Step("Downloading", 2, 9)):
        progress.layer(digest, step)
    assert [message["status"] for message in sent] == ["Waiting", "Downloading"]
    assert {message["id"] for message in sent} == {"abababababab"}
