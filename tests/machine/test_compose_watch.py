"""`docker compose watch` against the machine: saved files reach the container, a Dockerfile is built anew."""

import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.machine.test_published_ports import docker, output
from tests.support.docker_tools import client_environment, docker_program
from tests.support.test_images import busybox_image, save_docker_archive

DOCKERFILE = """\
FROM busybox:test
COPY web /www
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]
"""
COMPOSE = """\
services:
  web:
    build: .
    ports: ["127.0.0.1::80"]
    develop:
      watch:
        - {action: sync, path: ./web, target: /www}
        - {action: rebuild, path: ./Dockerfile}
"""


class Project:
    """A folder with a compose file, of which somebody works on the files."""

    def __init__(self, machine: MachineUnderTest, folder: Path) -> None:
        self.web = folder / "project" / "web"
        self.dockerfile = folder / "project" / "Dockerfile"
        self.web.mkdir(parents=True)
        self.dockerfile.write_text(DOCKERFILE)
        (folder / "project" / "compose.yaml").write_text(COMPOSE)
        self._log = folder / "watch.log"
        self._folder = folder / "project"
        self._environment = client_environment(folder / "config")
        self._environment["DOCKER_HOST"] = f"unix://{machine.docker_socket}"

    def compose(self, *words: str) -> str:
        """Return what a command prints; it must succeed."""
        done = subprocess.run(
            [docker_program(), "compose", *words],
            cwd=self._folder, env=self._environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def page(self, name: str = "index.html") -> str:
        """Return a page of the container, "" when there is none."""
        try:
            where = self.compose("port", "web", "80")
            with urllib.request.urlopen(f"http://{where}/{name}", timeout=60) as answer:
                return str(answer.read().decode())
        except (OSError, AssertionError):  # also while the container is made anew
            return ""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run the watch meanwhile."""
        command = [docker_program(), "compose", "watch"]
        with self._log.open("wb") as log:
            watch = subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: "Watch enabled" in self._log.read_text(), "the watch")
            yield
            assert watch.poll() is None, self._log.read_text()
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait(60)
            self.compose("down", "-t", "1")


def test_saved_files_reach_the_container_and_a_new_dockerfile_is_built(
    machine: MachineUnderTest, tmp_path: Path
) -> None:
    output(docker(machine, "load", data=save_docker_archive(busybox_image(), ["busybox:test"])))
    project = Project(machine, tmp_path)
    (project.web / "index.html").write_text("first")
    with project.watched():
        wait_until(lambda: project.page() == "first", "the first page")
        first = project.compose("ps", "-q")
        (project.web / "index.html").write_text("second")
        (project.web / "more.html").write_text("more")
        wait_until(lambda: project.page() == "second" and project.page("more.html") == "more", "the sync")
        (project.web / "more.html").unlink()
        wait_until(lambda: project.page("more.html") == "", "the removal")
        assert project.compose("ps", "-q") == first, "it is the same container"
        project.dockerfile.write_text(DOCKERFILE + "ENV BUILT=again\n")
        wait_until(lambda: project.compose("ps", "-q") not in ("", first), "the new container")
        wait_until(lambda: project.page() == "second", "the page of the new one")
        assert "BUILT=again" in project.compose("exec", "-T", "web", "env")
