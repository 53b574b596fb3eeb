"""A real docker-registry in a network namespace, filled through its HTTP API."""

import http.client
import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.namespaces import in_netns
from tests.support.test_images import BuiltImage, busybox_image

START_LIMIT = 60.0  # seconds


class Registry:
    """One running registry at `address` (`127.0.0.1:PORT` inside the namespace `netns`)."""

    def __init__(self, netns: str, port: int, *, is_encrypted: bool = False) -> None:
        self.netns = netns
        self._is_encrypted = is_encrypted
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.url = f"{'https' if is_encrypted else 'http'}://{self.address}"

    def push(self, repository: str, tag: str, image: BuiltImage) -> str:
        """Store an image with all it needs; returns the name to pull it by."""
        in_netns(self.netns, lambda: self._push(repository, tag, image))
        return f"{self.address}/{repository}:{tag}"

    def is_up(self) -> bool:
        """Return whether the registry answers."""

        def ask() -> bool:
            try:
                return self._request("GET", "/v2/")[0] in (200, 401)
            except OSError:
                return False

        return in_netns(self.netns, ask)

    def _push(self, repository: str, tag: str, image: BuiltImage) -> None:
        for digest, blob in image.blobs.items():
            status, location = self._request("POST", f"/v2/{repository}/blobs/uploads/")
            assert status == 202, status
            separator = "&" if "?" in location else "?"
            target = location.removeprefix(self.url) + f"{separator}digest={digest}"
            status, _ = self._request("PUT", target, blob, "application/octet-stream")
            assert status == 201, status
        for digest, (media_type, data) in image.manifests.items():
            self._put_manifest(repository, digest, media_type, data)
        self._put_manifest(repository, tag, image.media_type, image.manifest)

    def _put_manifest(self, repository: str, name: str, media_type: str, data: bytes) -> None:
        status, answer = self._request("PUT", f"/v2/{repository}/manifests/{name}", data, media_type)
        assert status == 201, (status, answer)

    def _request(
        self, method: str, path: str, body: bytes | None = None, content_type: str = ""
    ) -> tuple[int, str]:
        """Return the status, and the Location header or else the body's text."""
        connection = self._connect()
        try:
            headers = {"Content-Type": content_type} if content_type else {}
            connection.request(method, path, body=body if body is not None else b"", headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return answer.status, answer.headers.get("Location") or text
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if not self._is_encrypted:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)


@contextmanager
def started_registry(
    netns: str,
    folder: Path,
    port: int = 5000,
    htpasswd: str = "",
    storage: Path | None = None,
    listens_on: str = "127.0.0.1",
    certificates: Path | None = None,
) -> Iterator[Registry]:
    """Run docker-registry with its storage below `folder`, or with one that is there already.

    With `htpasswd` lines it asks for a password; with the folder of an `Authority` it speaks TLS only.
    """
    if storage is None:
        storage = folder / "storage"
        storage.mkdir(parents=True)
    config: dict[str, object] = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(storage)}, "delete": {"enabled": True}},
        "http": {"addr": f"{listens_on}:{port}"},
    }
    if certificates is not None:
        tls = {"certificate": str(certificates / "cert.pem"), "key": str(certificates / "key.pem")}
        config["http"] = {"addr": f"{listens_on}:{port}", "tls": tls}
    if htpasswd:
        passwords = folder / "htpasswd"
        passwords.write_text(htpasswd)
        config["auth"] = {"htpasswd": {"realm": "tests", "path": str(passwords)}}
    settings = folder / "config.yml"
    settings.write_text(json.dumps(config))  # JSON is YAML
    log = (folder / "registry.log").open("wb")
    process = subprocess.Popen(
        ["ip", "netns", "exec", netns, "docker-registry", "serve", str(settings)],
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        registry = Registry(netns, port, is_encrypted=certificates is not None)
        deadline = time.monotonic() + START_LIMIT
        while not registry.is_up():
            assert process.poll() is None, (folder / "registry.log").read_text()
            assert time.monotonic() < deadline, "docker-registry does not answer"
            time.sleep(0.05)
        yield registry
    finally:
        process.terminate()
        process.wait(60)
        log.close()


@contextmanager
def started_hub(netns: str, folder: Path) -> Iterator[Registry]:
    """Run a registry that also stands in for Docker Hub, holding `busybox:latest`."""
    with started_registry(netns, folder) as registry:
        registry.push("library/busybox", "latest", busybox_image(docker=True))
        yield registry
