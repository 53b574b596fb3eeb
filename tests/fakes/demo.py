"""A made-up engine full of things: for `python -m app --demo`, and for pictures of full pages."""

import time
from typing import Any, Self

from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_scanner import FakeScanner, some_report
from tests.fakes.fake_state import FakeContainer, FakeNetwork, FakeVolume
from tests.support.short_folder import short_folder
from vm.machine.status import MachineState

_DAY = 86400
_LONG_AGO = 1_000_000.0


class DemoWorld:
    """Engine, machine and access in a folder of their own, filled; a context manager."""

    def __enter__(self) -> Self:
        self._temporary = short_folder("marina-demo-")
        self.folder = self._temporary.__enter__()
        self.engine = FakeEngine(self.folder).__enter__()
        self.engine.stats_pause = 1.0
        self.machine = FakeMachine(self.folder, MachineState.RUNNING).__enter__()
        self.access = FakeAccess(self.folder, self.engine)
        fill_machine(self.machine)
        fill_engine(self.engine)
        return self

    def __exit__(self, *details: object) -> None:
        self.access.close()
        self.machine.__exit__(*details)
        self.engine.__exit__(*details)
        self._temporary.__exit__(None, None, None)


def fill_machine(machine: FakeMachine) -> None:
    """Let the machine look as after a morning's work."""
    machine.set(
        accelerator="kvm",
        uptime=11_520.0,
        cpus=2,
        cpu_seconds=420.0,
        memory_bytes=1_240_000_000,
        memory_limit_bytes=4 * 2**30,
        disk_bytes=6_100_000_000,
        disk_limit_bytes=64 * 2**30,
    )


def fill_engine(engine: FakeEngine) -> None:
    """Put images, two compose projects, lone containers, volumes and networks on the engine."""
    state = engine.state
    now = time.time()
    images = {
        tag: engine.add_image(tag, size=size, exposed=exposed)
        for tag, size, exposed in (
            ("nginx:1.27", 192_000_000, ("80/tcp",)),
            ("postgres:17", 438_000_000, ("5432/tcp",)),
            ("redis:7-alpine", 41_000_000, ("6379/tcp",)),
            ("ghcr.io/example/shop-api:2.4.1", 287_000_000, ("8080/tcp",)),
            ("python:3.13-slim", 124_000_000, ()),
            ("alpine:3.22", 8_300_000, ()),
        )
    }
    scanner = FakeScanner()
    scanner.report = some_report()
    engine.offer_image(scanner.name, behaviour=scanner, size=70_000_000)
    for tag, size in (("mysql:9", 860_000_000), ("traefik:3", 180_000_000)):
        engine.offer_image(tag, size=size)
    for name, subnet in (("shop_default", "172.18.0.0/16"), ("blog_default", "172.19.0.0/16")):
        state.networks.append(FakeNetwork(name, "bridge", subnet, created=now - 3 * _DAY))
    for name, size in (("shop_db", 734_000_000), ("shop_cache", 5_200_000), ("blog_uploads", 91_000_000)):
        state.volumes.append(FakeVolume(name, size=size, created=now - 3 * _DAY))
    anonymous = {"com.docker.volume.anonymous": ""}
    state.volumes.append(FakeVolume("9f" * 32, anonymous, 12_000_000, now - 40 * _DAY))
    for name, tag, project, body, running in (
        (
            "shop-web-1",
            "nginx:1.27",
            "shop",
            {"Binds": ["/home/ada/shop/site:/usr/share/nginx/html:ro"]},
            True,
        ),
        ("shop-api-1", "ghcr.io/example/shop-api:2.4.1", "shop", {}, True),
        ("shop-db-1", "postgres:17", "shop", {"Binds": ["shop_db:/var/lib/postgresql/data"]}, True),
        ("shop-cache-1", "redis:7-alpine", "shop", {"Binds": ["shop_cache:/data"]}, True),
        ("blog-web-1", "nginx:1.27", "blog", {"Binds": ["blog_uploads:/srv/uploads"]}, False),
        ("blog-db-1", "postgres:17", "blog", {}, False),
        ("scratch", "alpine:3.22", "", {}, True),
        ("migrate-2026-11", "python:3.13-slim", "", {}, False),
    ):
        labels = {}
        if project:
            labels = {
                "com.docker.compose.project": project,
                "com.docker.compose.service": name.split("-")[1],
                "com.docker.compose.project.working_dir": f"/home/ada/{project}",
            }
        host: dict[str, Any] = dict(body)
        if running and images[tag].exposed and "web" in name:
            host["PortBindings"] = {images[tag].exposed[0]: [{"HostPort": "0"}]}
        container = engine.add_container(
            name,
            images[tag],
            Labels=labels,
            HostConfig=host,
            Env=["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "LOG_LEVEL=info", "API_TOKEN=s3cr3t"],
            Cmd=["sleep", str(_LONG_AGO)],
        )
        container.networks = (f"{project}_default",) if project else ("bridge",)
        container.created = now - 3 * _DAY
        _live(engine, container, running, now)


def _live(engine: FakeEngine, container: FakeContainer, running: bool, now: float) -> None:
    """Start the container, give it a log, and end it unless it is to run on."""
    engine.containers.act(container, "start", {})
    container.started = now - 3 * 3600
    for number in range(60):
        level = (
            (b"\x1b[33mWARN\x1b[0m", b"slow answer") if number % 17 == 9 else (b"\x1b[32mINFO\x1b[0m", b"ok")
        )
        line = b'%s 10.0.2.%d "GET /api/items/%d HTTP/1.1" 200 %s in %d ms\n'
        container.write(1, line % (level[0], number % 9 + 2, 40 + number, level[1], number * 7 % 90 + 3))
    if not running:
        engine.containers.act(container, "stop", {})
        container.finished = now - 2 * _DAY
        container.exit_code = 0 if "web" in container.name else 1
