"""Every answer has dockerd's status, error text and shape: both engines are told the same stories."""

from collections.abc import Callable

import pytest

from tests.contract import known_differences
from tests.contract.comparison import compare
from tests.contract.conftest import load_busybox
from tests.contract.recorder import Recorder
from tests.contract.stories import STORIES
from tests.support.api_client import Answer, ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine

Story = Callable[[Recorder], None]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("tell_"))
def test_story(marina: NativeEngine, dockerd: ReferenceDocker, story: Story) -> None:
    for engine in (marina, dockerd):
        forget_images(engine)
    ours, theirs = _told(marina, story), _told(dockerd, story)
    found = [f"{name}: {text}" for name, answer in theirs.items() for text in compare(ours[name], answer)]
    unexpected = [line for line in found if not _is_known(line)]
    assert not unexpected, "\n" + "\n".join(unexpected)


def forget_images(client: ApiClient) -> None:
    """Leave nothing but busybox as it was loaded: lists would show what other tests left in one of them."""
    while images := client.request("GET", "/images/json").json:
        for image in images:
            client.request("DELETE", f"/images/{image['Id']}", query={"force": "1"})
        left = client.request("GET", "/images/json").json
        assert len(left) < len(images), left  # those that others were made from go with the last of them
    load_busybox(client)


def _told(client: ApiClient, story: Story) -> dict[str, Answer]:
    record = Recorder(client)
    story(record)
    return record.answers


def _is_known(line: str) -> bool:
    known = known_differences.ANYWHERE | known_differences.NOT_YET
    return any(line.endswith(f": {text}") or line.startswith(f"{text}: ") for text in known)
