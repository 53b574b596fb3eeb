"""The fake engine's containers and images: what each request does, and how it is refused."""

import functools
import http.server
import threading
import time
from typing import Any

from tests.fakes.fake_file_commands import run_file_command
from tests.fakes.fake_programs import KNOWN, run_program
from tests.fakes.fake_state import FakeContainer, FakeExec, FakeImage, FakeState


class Refusal(Exception):
    """A request that is refused, as the API says it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class FakeContainers:
    """Works on the state as an engine would."""

    def __init__(self, state: FakeState) -> None:
        self._state = state
        self._threads: list[threading.Thread] = []

    # --- containers ---------------------------------------------------------------------------------------

    def get(self, name: str) -> FakeContainer:
        """Return a container. Raises Refusal 404."""
        container = self._state.find_container(name)
        if container is None:
            raise Refusal(404, f"No such container: {name}")
        return container

    def create(self, name: str, body: dict[str, Any]) -> FakeContainer:
        """Create a container."""
        image = self._state.find_image(body["Image"])
        if image is None:
            raise Refusal(404, f"No such image: {body['Image']}")
        with self._state.lock:
            other = next((c for c in self._state.containers.values() if name and c.name == name), None)
            if other is not None:
                raise Refusal(
                    409,
                    f'Conflict. The container name "/{name}" is already in use by container "{other.id}". '
                    "You have to remove (or rename) that container to be able to reuse that name.",
                )
            container = FakeContainer(name, image, body["Image"], body)
            container.name = name or f"brave_{container.id[:6]}"
            if image.behaviour is not None:
                container.files |= image.behaviour.files
            self._state.containers[container.id] = container
        self._state.publish("container", "create", container.id, name=container.name, image=body["Image"])
        return container

    def act(self, container: FakeContainer, action: str, query: dict[str, str]) -> None:
        """Start, stop, restart or kill."""
        if action == "start":
            self._start(container)
        elif action in ("pause", "unpause"):
            container.state = "paused" if action == "pause" else "running"
            self._state.publish("container", action, container.id, name=container.name)
        elif action == "kill":
            if container.state != "running":
                raise Refusal(409, f"cannot kill container: {container.id}: container is not running")
            self._kill(container, 9)
        elif action == "stop":
            if container.state != "running":
                raise Refusal(304, "")
            self._kill(container, 15)
        else:
            if container.state == "running":
                self._kill(container, 15)
            self._start(container)

    def rename(self, container: FakeContainer, name: str) -> None:
        """Give it another name."""
        other = self._state.find_container(name)
        if other is not None and other.name == name:
            raise Refusal(
                409,
                f'Conflict. The container name "/{name}" is already in use by container "{other.id}". '
                "You have to remove (or rename) that container to be able to reuse that name.",
            )
        container.name = name
        self._state.publish("container", "rename", container.id, name=name)

    def update(self, container: FakeContainer, limits: dict[str, Any]) -> None:
        """Change limits and restart policy."""
        container.body["HostConfig"] = (container.body.get("HostConfig") or {}) | limits
        self._state.publish("container", "update", container.id, name=container.name)

    def remove(self, container: FakeContainer, force: bool) -> None:
        """Remove a container."""
        if container.state == "running":
            if not force:
                raise Refusal(
                    409,
                    f"cannot remove container {container.name!r}: container is running: "
                    "stop the container before removing or force remove",
                )
            self._kill(container, 9)
        with self._state.lock:
            self._state.containers.pop(container.id, None)
        self._state.publish("container", "destroy", container.id, name=container.name)

    def _start(self, container: FakeContainer) -> None:
        if container.state == "running":
            raise Refusal(304, "")
        behaviour = container.image.behaviour
        if behaviour is None and container.command[0] not in KNOWN:
            raise Refusal(400, f'exec: "{container.command[0]}": executable file not found in $PATH')
        self._publish_ports(container)
        container.ended.clear()
        container.state = "running"
        container.started = time.time()
        self._state.publish("container", "start", container.id, name=container.name)
        environment = dict(line.split("=", 1) for line in container.body.get("Env") or [])

        def run() -> None:
            stopped = functools.partial(_is_over, container)
            if behaviour is not None:
                code = behaviour.run(container, stopped)
            else:
                code = run_program(container.command, container.write, container.stdin, stopped, environment)
            if container.state == "running":
                self._end(container, code)

        self._spawn(run)

    def _kill(self, container: FakeContainer, signal: int) -> None:
        self._state.publish("container", "kill", container.id, name=container.name, signal=str(signal))
        self._end(container, 128 + signal)

    def _end(self, container: FakeContainer, code: int) -> None:
        container.exit_code, container.state = code, "exited"
        container.finished = time.time()
        self._free_ports(container)
        with container.changed:
            container.ended.set()
            container.changed.notify_all()
        told = {**container.labels, "name": container.name, "exitCode": str(code)}
        self._state.publish("container", "die", container.id, **told)
        if (container.body.get("HostConfig") or {}).get("AutoRemove"):
            with self._state.lock:
                self._state.containers.pop(container.id, None)
            self._state.publish("container", "destroy", container.id, name=container.name)

    def _publish_ports(self, container: FakeContainer) -> None:
        """Listen on the host for every published port, with the image's page behind it."""
        bindings = (container.body.get("HostConfig") or {}).get("PortBindings") or {}
        for key, hosts in bindings.items():
            for host in hosts:
                wanted = int(host.get("HostPort") or 0)
                try:
                    handler = functools.partial(_PageHandler, container)
                    server = http.server.ThreadingHTTPServer(("127.0.0.1", wanted), handler)
                except OSError as error:
                    self._free_ports(container)
                    raise Refusal(
                        500,
                        "driver failed programming external connectivity: port is already allocated: "
                        f"0.0.0.0:{wanted} is in use by python3 (pid 12)",
                    ) from error
                container.servers.append(server)
                container.ports[key] = server.server_address[1]
                self._spawn(lambda server=server: server.serve_forever(0.02))

    @staticmethod
    def _free_ports(container: FakeContainer) -> None:
        for server in container.servers:
            server.shutdown()
            server.server_close()
        container.servers.clear()
        container.ports.clear()

    def _spawn(self, target: Any) -> None:
        thread = threading.Thread(target=target, name="fake-container")
        self._threads.append(thread)
        thread.start()

    def end_all(self) -> None:
        """Kill every container and wait for its threads."""
        for container in list(self._state.containers.values()):
            if container.state == "running":
                self._end(container, 137)
        for thread in self._threads:
            thread.join()

    def list_rows(self, all: bool, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return ContainerSummary rows, the newest first."""
        with self._state.lock:
            containers = list(self._state.containers.values())[::-1]
        labels = filters.get("label", [])
        return [
            {
                "Id": c.id,
                "Names": [f"/{c.name}"],
                # A name that leads to another image by now would tell a lie.
                "Image": c.image_name if self._state.find_image(c.image_name) is c.image else c.image.id,
                "ImageID": c.image.id,
                "Command": " ".join(c.command),
                "Created": int(c.created),
                "State": c.state,
                "Status": _status(c),
                "Mounts": mounts_of(c),
                "NetworkSettings": {"Networks": {name: {} for name in c.networks}},
                "Labels": c.labels,
                "Ports": [
                    {
                        "IP": ip,
                        "PrivatePort": int(key.split("/")[0]),
                        "PublicPort": port,
                        "Type": key.split("/")[1],
                    }
                    for key, port in c.ports.items()
                    for ip in ("0.0.0.0", "::")
                ],
            }
            for c in containers
            if (all or c.state == "running")
            and has_all(labels, [*c.labels, *(f"{k}={v}" for k, v in c.labels.items())])
        ]

    def inspect(self, container: FakeContainer) -> dict[str, Any]:
        """Return ContainerInspectResponse."""
        return {
            "Id": container.id,
            "Name": f"/{container.name}",
            "Created": "2026-01-02T03:04:05.123456789Z",
            "Image": container.image.id,
            "State": {
                "Status": container.state,
                "Running": container.state == "running",
                "ExitCode": container.exit_code,
                "StartedAt": _stamp(container.started),
                "FinishedAt": _stamp(container.finished),
                **({"Health": container.health} if container.health else {}),
            },
            "Config": {
                "Image": container.image_name,
                "Tty": container.tty,
                "Env": merge_environment(container),
                "Cmd": list(container.arguments),
                "Entrypoint": list(container.entrypoint),
                "User": container.body.get("User") or "",
                "Hostname": container.body.get("Hostname") or container.id[:12],
                "Labels": container.labels,
                "ExposedPorts": container.body.get("ExposedPorts") or {},
                "StopSignal": container.body.get("StopSignal") or "",
                "Healthcheck": container.body.get("Healthcheck") or {},
            },
            "Mounts": mounts_of(container),
            "HostConfig": container.body.get("HostConfig") or {},
            "NetworkSettings": {
                "Networks": {
                    name: {"IPAddress": "", "Aliases": container.endpoints.get(name, {}).get("Aliases")}
                    for name in container.networks
                },
                "Ports": {
                    key: [{"HostIp": "0.0.0.0", "HostPort": str(port)}]
                    for key, port in container.ports.items()
                },
            },
        }

    # --- exec ---------------------------------------------------------------------------------------------

    def create_exec(self, name: str, body: dict[str, Any]) -> FakeExec:
        """Prepare a command."""
        container = self.get(name)
        if container.state != "running":
            raise Refusal(409, f"container {container.id} is not running")
        prepared = FakeExec(container, body)
        self._state.execs[prepared.id] = prepared
        return prepared

    def get_exec(self, id: str) -> FakeExec:
        """Return a prepared command. Raises Refusal 404."""
        if id not in self._state.execs:
            raise Refusal(404, f"No such exec instance: {id}")
        return self._state.execs[id]

    def run_exec(self, prepared: FakeExec, write: Any) -> None:
        """Run it to its end."""
        command = tuple(prepared.body["Cmd"])
        if command[0].removeprefix("/bin/") not in KNOWN or not prepared.container.has_shell:
            write(2, f'exec: "{command[0]}": executable file not found in $PATH\n'.encode())
            prepared.exit_code = 127
            return
        if command[0] == "rm" or "stat -c" in " ".join(command):
            prepared.exit_code = run_file_command(prepared.container, command, write)
            return
        if any('echo "$shell"' in part for part in command):
            found = (shell for shell in command[4:] if shell in prepared.container.shells)
            write(1, "".join(f"{shell}\n" for shell in found).encode())
            prepared.exit_code = 0
            return
        if "marina: reach" in " ".join(command):
            target = self._state.find_container(command[-2])
            shared = set(prepared.container.networks) & set(target.networks if target else ())
            answer = "yes" if target and target.state == "running" and shared else "no"
            write(1, f"name={answer}\naddress={answer}\n".encode())
            prepared.exit_code = 0
            return
        environment = dict(line.split("=", 1) for line in prepared.body.get("Env") or [])
        prepared.exit_code = run_program(
            command,
            write,
            prepared.stdin,
            lambda: prepared.container.state != "running",
            environment,
        )

    # --- images -------------------------------------------------------------------------------------------

    def get_image(self, name: str) -> FakeImage:
        """Return an image. Raises Refusal 404."""
        image = self._state.find_image(name)
        if image is None:
            raise Refusal(404, f"No such image: {name}")
        return image

    def inspect_image(self, name: str) -> dict[str, Any]:
        """Return ImageInspect."""
        image = self.get_image(name)
        return {
            "Id": image.id,
            "RepoTags": image.tags,
            "RepoDigests": image.repo_digests,
            "Size": image.size,
            "Created": "2026-01-02T03:04:05Z",
            "Os": "linux",
            "Architecture": "amd64",
            "Config": {
                "ExposedPorts": {port: {} for port in image.exposed},
                "Env": list(image.environment),
                "Volumes": {volume: {} for volume in image.volumes},
                "Cmd": list(image.command),
            },
        }

    def remove_image(self, name: str, force: bool) -> list[dict[str, str]]:
        """Remove an image."""
        image = self.get_image(name)
        if name in image.tags and len(image.tags) > 1:
            image.tags.remove(name)
            self._state.publish("image", "untag", image.id)
            return [{"Untagged": name}]
        user = next((c for c in self._state.containers.values() if c.image is image), None)
        if user is not None and not force:
            raise Refusal(
                409,
                f'conflict: unable to remove repository reference "{name}" (must force) - '
                f"container {user.id[:12]} is using its referenced image {image.id[7:19]}",
            )
        self._state.images.remove(image)
        self._state.publish("image", "delete", image.id)
        return [*({"Untagged": tag} for tag in image.tags), {"Deleted": image.id}]

    def pull_messages(self, reference: str) -> list[dict[str, Any]]:
        """Return what a pull says, for an image that the registry has or has not."""
        name, _, tag = reference.rpartition(":")
        if reference not in self._state.registry:
            raise Refusal(
                404,
                f"pull access denied for {name}, repository does not exist or may require 'docker login'",
            )
        layers = [("aaaaaaaaaaaa", 1000), ("bbbbbbbbbbbb", 3000)]
        messages: list[dict[str, Any]] = [{"status": f"Pulling from library/{name}", "id": tag}]
        messages += [{"status": "Pulling fs layer", "progressDetail": {}, "id": id} for id, _ in layers]
        for id, size in layers:
            for current in (size // 2, size):
                detail = {"current": current, "total": size}
                messages.append({"status": "Downloading", "progressDetail": detail, "id": id})
            messages.append({"status": "Download complete", "progressDetail": {}, "id": id})
            messages.append({"status": "Pull complete", "progressDetail": {}, "id": id})
        return [*messages, {"status": f"Status: Downloaded newer image for {reference}"}]

    def finish_pull(self, reference: str) -> None:
        """Put the pulled image on the machine."""
        image = self._state.registry.get(reference)
        with self._state.lock:
            if image is not None and image not in self._state.images:
                for other in self._state.images:
                    if reference in other.tags:
                        other.tags.remove(reference)
                image.pulled_as.add(reference)
                self._state.images.append(image)
        self._state.publish("image", "pull", reference)


def merge_environment(container: FakeContainer) -> list[str]:
    """Return a container's own variables, then those of its image that it does not set."""
    own = list(container.body.get("Env") or [])
    names = {line.partition("=")[0] for line in own}
    return [*own, *(line for line in container.image.environment if line.partition("=")[0] not in names)]


def has_all(wanted: list[str], present: list[str]) -> bool:
    """Return whether every wanted label is there."""
    return all(label in present for label in wanted)


def mounts_of(container: FakeContainer) -> list[dict[str, Any]]:
    """Return the mount points of what was asked for by `Binds` or `Mounts`."""
    wishes = container.body.get("HostConfig") or {}
    mounts = [
        (wish.get("Source", ""), wish["Target"], wish.get("ReadOnly", False))
        for wish in wishes.get("Mounts") or []
    ]
    for bind in wishes.get("Binds") or []:
        source, target, *options = bind.split(":")
        mounts.append((source, target, "ro" in options))
    return [
        {
            "Type": "bind" if source.startswith("/") else "volume",
            "Name": "" if source.startswith("/") else source,
            "Source": source,
            "Destination": target,
            "RW": not read_only,
        }
        for source, target, read_only in mounts
    ]


def _status(container: FakeContainer) -> str:
    if container.state == "created":
        return "Created"
    since = container.finished if container.state == "exited" else container.started
    age = _age(time.time() - since)
    if container.state == "exited":
        return f"Exited ({container.exit_code}) {age} ago"
    if container.state == "paused":
        return f"Up {age} (Paused)"
    health = container.health.get("Status", "")
    return f"Up {age} ({'health: ' if health == 'starting' else ''}{health})" if health else f"Up {age}"


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{max(int(seconds), 2)} seconds"
    return f"{int(seconds / 60)} minutes" if seconds < 7200 else f"{int(seconds / 3600)} hours"


def _stamp(moment: float) -> str:
    if not moment:
        return "0001-01-01T00:00:00Z"
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(moment))


class _PageHandler(http.server.BaseHTTPRequestHandler):
    """Serves one page, and logs the call as busybox's httpd does where the image is ours."""

    def __init__(self, container: FakeContainer, *arguments: Any) -> None:
        self._container = container
        super().__init__(*arguments)

    def do_GET(self) -> None:
        if self._container.image_name.startswith("marina/"):
            self._container.write(2, b"[::ffff:127.0.0.1]:40000: url:/\n")
        content = self._container.image.serves.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def _is_over(container: FakeContainer) -> bool:
    return container.state != "running"
