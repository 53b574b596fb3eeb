"""The table from failures to sentences: each message is one that Docker, containerd or our engine writes."""

import pytest

from app.services.errors import (
    BadAnswerError,
    CancelledError,
    ConnectionLostError,
    EngineRequestError,
    EngineTimeoutError,
    EngineUnreachableError,
    ErrorCode,
    Task,
    UserError,
)
from app.services.explain import explain

PULL, RUN, OTHER = Task.PULL, Task.RUN, Task.OTHER

ANSWERS = [
    (PULL, 404, "pull access denied for x, repository does not exist or may require login", "pull-not-found"),
    (PULL, 404, "manifest for nginx:99 not found: manifest unknown: manifest unknown", "pull-not-found"),
    (PULL, 0, "manifest unknown", "pull-not-found"),
    (PULL, 500, "Head https://r.example/v2/: unauthorized: authentication required", "pull-needs-sign-in"),
    (PULL, 403, "denied: requested access to the resource is denied", "pull-needs-sign-in"),
    (PULL, 429, "toomanyrequests: You have reached your pull rate limit", "pull-rate-limit"),
    (PULL, 500, "dial tcp: lookup registry-1.docker.io: no such host", "pull-no-network"),
    (PULL, 500, "Cannot connect to host docker.io:443 ssl:default [Connect call failed]", "pull-no-network"),
    (PULL, 500, "dial tcp 127.0.0.1:5000: connect: connection refused", "pull-no-network"),
    (PULL, 500, "tls: failed to verify certificate: x509: signed by unknown authority", "pull-tls"),
    (PULL, 500, "http: server gave HTTP response to HTTPS client", "pull-tls"),
    (PULL, 404, "no matching manifest for linux/arm64 in the manifest list entries", "pull-wrong-platform"),
    (PULL, 0, "write /data/x: no space left on device", "disk-full"),
    (PULL, 0, "unexpected EOF", "pull-interrupted"),
    (PULL, 400, "invalid reference format", "bad-reference"),
    (RUN, 404, "No such image: nginx:latest", "image-not-found"),
    (RUN, 409, 'Conflict. The container name "/x" is already in use by container "4f"', "name-taken"),
    (RUN, 500, "Bind for 0.0.0.0:80 failed: port is already allocated", "port-taken"),
    (RUN, 500, "listen tcp4 0.0.0.0:80: bind: address already in use", "port-taken"),
    (RUN, 500, "listen tcp4 0.0.0.0:80: bind: permission denied", "port-privileged"),
    (RUN, 500, "cannot assign requested address: 1.2.3.4 is not an address of this machine", "bad-input"),
    (RUN, 500, "permission denied: 0.0.0.0:80 is a privileged port", "port-privileged"),
    (RUN, 400, 'exec: "nope": executable file not found in $PATH: unknown', "command-not-found"),
    (RUN, 400, 'exec: "/etc": permission denied', "command-not-executable"),
    (RUN, 400, "exec /x: exec format error", "command-not-executable"),
    (RUN, 500, "OCI runtime create failed: error creating directory `bin/sh/x` since `bin/sh` exists and it "
               "is not a directory: not a directory: unknown", "bad-input"),
    (RUN, 500, "OCI runtime create failed: runc: error mounting /a to rootfs at /b: not a directory: Are you "
               "trying to mount a directory onto a file (or vice-versa)?", "bad-input"),
    (RUN, 400, 'OCI runtime create failed: exec: "/bin/sh/x": executable file not found: not a directory',
     "command-not-found"),
    (OTHER, 404, "No such container: web", "container-not-found"),
    (OTHER, 409, "container is running: stop the container before removing", "container-running"),
    (OTHER, 409, "unable to remove x (must force) - container 4f is using its image", "image-in-use"),
    (OTHER, 409, "(must be forced) - image is referenced in multiple repositories", "image-in-use"),
    (OTHER, 409, "container 4fe is not running", "not-running"),
    (OTHER, 409, "Container 4fe is paused, unpause the container before exec", "not-running"),
    (OTHER, 403, "Address already in use", "bad-input"),
    (OTHER, 404, "get data: no such volume", "bad-input"),
    (OTHER, 403, "Pool overlaps with other one on this address space", "bad-input"),
    (OTHER, 400, "user specified IP address is supported only when connecting to networks with user "
                 "configured subnets", "bad-input"),
    (OTHER, 400, "something new", "bad-input"),
    (OTHER, 500, "something new", "other"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "status", "message", "code"), ANSWERS, ids=[row[2][:40] for row in ANSWERS])
def test_what_the_engine_refuses(task: Task, status: int, message: str, code: str) -> None:
    told = explain(EngineRequestError(status, message), "nginx", task)
    assert told.code == code
    assert told.details == message
    assert told.summary
    assert "{" not in told.summary
    if code != "bad-input":
        assert told.what_to_do


def test_who_holds_the_port_is_part_of_the_sentence() -> None:
    message = "cannot start: port is already allocated: 0.0.0.0:8080 is in use by nginx (pid 12)"
    told = explain(EngineRequestError(500, message), "web", Task.RUN)
    assert told.summary == "The port is taken: 0.0.0.0:8080 is in use by nginx (pid 12)"


def test_braces_in_names_do_no_harm() -> None:
    told = explain(EngineRequestError(404, "No such container: {x}"), "{x}")
    assert told.summary == "There is no container {x}"


@pytest.mark.parametrize(
    ("error", "task", "code"),
    [
        (EngineUnreachableError("no socket"), Task.OTHER, ErrorCode.ENGINE_NOT_RUNNING),
        (EngineTimeoutError("30 s"), Task.OTHER, ErrorCode.ENGINE_TIMEOUT),
        (ConnectionLostError("reset"), Task.OTHER, ErrorCode.CONNECTION_LOST),
        (ConnectionLostError("reset"), Task.PULL, ErrorCode.PULL_INTERRUPTED),
        (BadAnswerError("not JSON"), Task.OTHER, ErrorCode.BAD_ANSWER),
        (CancelledError(), Task.OTHER, ErrorCode.CANCELLED),
        (RuntimeError("bug"), Task.OTHER, ErrorCode.OTHER),
    ],
)
def test_failures_below_the_api(error: Exception, task: Task, code: ErrorCode) -> None:
    told = explain(error, "nginx", task)
    assert told.code is code
    assert told.summary


def test_a_sentence_stays_as_it_is() -> None:
    error = UserError("so", "and", "so")
    assert explain(error) is error
