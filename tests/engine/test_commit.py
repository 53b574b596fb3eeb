"""`docker commit`: what a container changed is what the image adds, and nothing else of it."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.engine.container_calls import (
    container,
    engine_events,
    inspect,
    logs,
    run,
    start,
    status,
    wait,
)
from tests.support.native_engine import Answer, NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

CHANGES = """
    echo new > /etc/new; chown 7:8 /etc/new; chmod 4750 /etc/new
    ln /etc/new /etc/new-too; ln -s /etc/new /etc/link
    rm -rf /home; rm -rf /usr/bin; mkdir /usr/bin; echo x > /usr/bin/x
    mkfifo /root/pipe; mknod /root/null c 1 3; chmod 711 /var; touch -d @1500000000 /root/old
"""
LOOK = """
    stat -c '%n %a %u:%g %h %F' /etc/new /etc/new-too /etc/link /root/pipe /root/null /var /usr /
    stat -c '%n %Y' /root/old; readlink /etc/link; ls -A /usr/bin; cat /etc/new; ls -A /
"""


def commit(engine: NativeEngine, container_id: str, body: object = None, **query: str) -> Answer:
    """Commit a container."""
    return engine.request("POST", "/commit", query={"container": container_id, **query}, body=body)


@pytest.fixture
def image(engine: NativeEngine) -> Iterator[str]:
    """A name for an image, which is gone afterwards."""
    yield "committed:one"
    engine.request("DELETE", "/images/committed:one", query={"force": "1"})


def test_the_image_shows_what_the_container_had(engine: NativeEngine, image: str) -> None:
    with container(engine, "sh", "-c", CHANGES + "ls -d /home 2>&1;" + LOOK) as identifier:
        start(engine, identifier)
        assert wait(engine, identifier) == 0
        seen = logs(engine, identifier)
        assert commit(engine, identifier, repo="committed", tag="one").status == 201
    again = run(engine, "sh", "-c", "ls -d /home 2>&1;" + LOOK, Image=image)
    assert again == seen
    assert "/etc/new 4750 7:8 2 regular file" in again
    assert "/root/old 1500000000" in again
    details = engine.request("GET", f"/images/{image}/json").json
    assert len(details["RootFS"]["Layers"]) == 2
    assert details["Size"] > 0


def test_the_layer_holds_nothing_but_changes(engine: NativeEngine, image: str) -> None:
    with container(engine, "sh", "-c", "touch /var/only") as identifier:
        start(engine, identifier)
        wait(engine, identifier)
        commit(engine, identifier, repo="committed", tag="one")
        upper = engine.data_root / "containers" / identifier / "upper"
        assert sorted(str(path.relative_to(upper)) for path in upper.rglob("*")) == ["var", "var/only"]


def test_a_container_without_changes_adds_no_layer(engine: NativeEngine, image: str) -> None:
    with container(engine, "true") as identifier:
        start(engine, identifier)
        wait(engine, identifier)
        assert commit(engine, identifier, repo="committed", tag="one").status == 201
    details = engine.request("GET", f"/images/{image}/json").json
    assert len(details["RootFS"]["Layers"]) == 1
    assert engine.request("GET", f"/images/{image}/history").json[0]["Size"] == 0


def test_config_history_and_parent(engine: NativeEngine, image: str) -> None:
    body = {
        "Env": ["ADDED=1"],
        "Labels": {"mine": "yes"},
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "WorkingDir": "/work",
    }
    with container(engine, "echo", "one two", **body) as identifier:
        done = commit(engine, identifier, repo="committed", tag="one", author="A. U. Thor", comment="why")
        assert done.json["Id"].startswith("sha256:")
        hostname = inspect(engine, identifier)["Config"]["Hostname"]
    details = engine.request("GET", f"/images/{image}/json").json
    base = engine.request("GET", "/images/busybox/json").json
    assert details["Id"] == done.json["Id"]
    assert (details["Parent"], details["Author"], details["Comment"]) == (base["Id"], "A. U. Thor", "why")
    config = details["Config"]
    assert config["Hostname"] == hostname
    assert (config["Cmd"], config["WorkingDir"], config["Volumes"]) == (
        ["echo", "one two"],
        "/work",
        {"/data": {}},
    )
    assert set(config["Env"]) == {"ADDED=1", "PATH=/bin:/usr/bin"}
    assert config["Labels"] == {"mine": "yes", "origin": "tests"}
    steps = engine.request("GET", f"/images/{image}/history").json
    assert (steps[0]["Id"], steps[0]["CreatedBy"], steps[0]["Comment"]) == (
        details["Id"],
        "echo one two",
        "why",
    )
    assert (steps[1]["Id"], steps[0]["Tags"]) == (base["Id"], ["committed:one"])


def test_a_running_container_is_held_meanwhile(engine: NativeEngine, image: str) -> None:
    since = time.time()
    with container(engine, "sleep", "1000") as identifier:
        start(engine, identifier)
        commit(engine, identifier, repo="committed", tag="one")
        told = engine_events(engine, since, container=[identifier])
        assert told[-3:] == ["pause", "commit", "unpause"]
        assert status(engine, identifier) == "running"
        commit(engine, identifier, pause="0")
        assert engine_events(engine, since, container=[identifier])[-1] == "commit"
    query = {"since": f"{since:.6f}", "until": f"{time.time():.6f}", "filters": '{"event":["commit"]}'}
    events = engine.request("GET", "/events", query=query).lines
    assert [event["Actor"]["Attributes"]["imageRef"] for event in events] == ["committed:one", ""]
    dangling = engine.request("GET", "/images/json", query={"filters": '{"dangling":["1"]}'}).json
    for item in dangling:
        engine.request("DELETE", f"/images/{item['Id']}")


def test_config_in_the_body_replaces_parts(engine: NativeEngine, image: str) -> None:
    with container(engine, "sleep", "1", Env=["A=1", "B=2"], Labels={"a": "1"}) as identifier:
        body = {"Cmd": ["other"], "Env": ["A=3"], "Labels": {"b": "2"}}
        assert commit(engine, identifier, body, repo="committed", tag="one").status == 201
    config = engine.request("GET", f"/images/{image}/json").json["Config"]
    assert config["Cmd"] == ["other"]
    assert set(config["Env"]) == {"A=3", "B=2", "PATH=/bin:/usr/bin"}
    assert config["Labels"] == {"a": "1", "b": "2", "origin": "tests"}


@pytest.mark.parametrize(
    ("query", "body", "code", "text"),
    [
        ({"container": "nope"}, None, 404, "No such container: nope"),
        ({}, None, 400, 'invalid name or ID supplied: ""'),
        ({"repo": "UPPER"}, None, 400, "repository name (library/UPPER) must be lowercase"),
        ({"repo": "a", "tag": "b:c"}, None, 400, "invalid tag format"),
        ({"repo": "a@sha256:" + "0" * 64}, None, 400, "cannot import digest reference"),
        ({}, b"{", 400, "invalid JSON"),
        ({}, b"[]", 400, "invalid JSON"),
        ({}, {"Cmd": 5}, 400, "invalid JSON"),
        ({}, {"Labels": {"a": 1}}, 400, "invalid JSON"),
        ({"changes": "RUN x"}, None, 400, "RUN is not a valid change command"),
        ({"changes": 'SHELL ["x"]'}, None, 400, "SHELL is not a valid change command"),
        ({"changes": "ENV a"}, None, 400, "ENV must have two arguments"),
        ({"changes": " "}, None, 400, "file with no instructions"),
    ],
)
def test_refusals(engine: NativeEngine, query: dict[str, str], body: object, code: int, text: str) -> None:
    with container(engine, "true", name="present"):
        wanted = query if text.startswith("invalid name") else {"container": "present"} | query
        answer = engine.request("POST", "/commit", query=wanted, body=body)
    assert (answer.status, text in answer.message) == (code, True), answer.body


def test_committed_images_survive_a_prune_of_what_made_them(engine: NativeEngine, image: str) -> None:
    """The image has its own blob and layer: also `docker save` and a container of it need nothing else."""
    with container(engine, "sh", "-c", "echo kept > /kept") as identifier:
        start(engine, identifier)
        wait(engine, identifier)
        commit(engine, identifier, repo="committed", tag="one")
    engine.request("POST", "/containers/prune")
    engine.request("POST", "/images/prune", query={"filters": json.dumps({"dangling": ["true"]})})
    assert run(engine, "cat", "/kept", Image=image) == "kept\n"


def test_the_command_line(engine: NativeEngine, image: str) -> None:
    with container(engine, "true", name="cli"):
        changes = [
            'CMD ["a", "b"]', 'ENTRYPOINT ["/e"]', 'ENV Q=r S="t u"', "EXPOSE 81", "ONBUILD RUN x",
            "LABEL l=m", "USER user", "VOLUME /v", "WORKDIR /w", "STOPSIGNAL SIGINT",
            "HEALTHCHECK --interval=5s CMD true",
        ]  # fmt: skip
        options = [part for change in changes for part in ("-c", change)]
        done = engine.docker("commit", "-a", "me", "-m", "message", *options, "cli", image)
        assert done.stdout.startswith(b"sha256:")
    config = engine.request("GET", f"/images/{image}/json").json["Config"]
    assert (config["Cmd"], config["Entrypoint"], config["User"]) == (["a", "b"], ["/e"], "user")
    assert {"Q=r", "S=t u", "PATH=/bin:/usr/bin"} == set(config["Env"])
    assert (config["ExposedPorts"], config["OnBuild"]) == ({"81/tcp": {}}, ["RUN x"])
    assert (config["Labels"], config["Volumes"]) == ({"l": "m", "origin": "tests"}, {"/v": {}})
    assert (config["WorkingDir"], config["StopSignal"]) == ("/w", "SIGINT")
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000}
