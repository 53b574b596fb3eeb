"""One scan of an image: the scanner and its database are fetched if their user has said so, then it is read.

Source: https://trivy.dev, the reference of `trivy image`.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from app.services.engine.engine_streams import EngineStream
from app.services.engine.engine_types import ImageDetails
from app.services.engine.json_values import as_object, get_object, get_text, get_texts
from app.services.errors import BadAnswerError, CancelledError, EngineRequestError, Task, UserError
from app.services.explain import explain
from app.services.images.image_updates import is_pinned
from app.services.images.scan.scan_failures import fetch_failed, missing_database, missing_scanner
from app.services.images.scan.scan_report import ScanReport, read_report
from app.services.images.scan.scanner import Scanner
from app.services.images.scan.scanner_container import CACHE, ScannerContainer, finish
from app.services.images.scan.scanner_image import SCANNER, SCANNER_NAME, SCANNER_VERSION

_QUIET = f"--cache-dir {CACHE} --no-progress --skip-version-check --disable-telemetry"
_FETCH = f"trivy image --download-db-only {_QUIET}"
_FETCH_JAVA = f"trivy image --download-java-db-only {_QUIET}"
_NO_JAVA_INDEX = "skip-java-db-update"
_WITHOUT_JAVA = "without-java"
_JAVA_FILES = " ".join(f"--skip-files '**/*.{ending}'" for ending in ("jar", "war", "ear", "par"))
_EXAMINE = f"""
cat > image.tar || exit 1
examine() {{
    trivy image --input image.tar {_QUIET} --cache-backend memory --skip-db-update --skip-java-db-update \\
        --offline-scan --scanners KIND --list-all-pkgs --format json --timeout 2h "$@" > report.json 2> talk
}}
how=whole
if ! examine; then
    grep -q {_NO_JAVA_INDEX} talk && examine {_JAVA_FILES} || {{ cat talk >&2; exit 1; }}
    how={_WITHOUT_JAVA}
fi
cat report.json
{finish("$how")}
"""
_AUTHORITIES = "/tmp/authorities.pem"
"""The engine's own, as those of a proxy: Go takes them beside what is in /etc/ssl/certs (crypto/x509)."""
_PROXIES = {"HttpProxy": "HTTP_PROXY", "HttpsProxy": "HTTPS_PROXY", "NoProxy": "NO_PROXY"}


class Step(StrEnum):
    """What a scan is doing."""

    FETCH_SCANNER = "fetch-scanner"
    FETCH_DATABASE = "fetch-database"
    FETCH_JAVA = "fetch-java"
    READ_IMAGE = "read-image"
    EXAMINE = "examine"


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a step is, in bytes; `total` is 0 while it is not known."""

    step: Step
    current: int = 0
    total: int = 0


class ScanJob:
    """One scan. Iterating drives it: steps, and at last the report, which is kept.

    `cancel` ends it from any thread: the iteration raises CancelledError. It raises UserError for what its
    user can mend, and what `EngineClient` raises.
    """

    def __init__(
        self,
        scanner: Scanner,
        image: str,
        *,
        fetches: bool = False,
        java: bool = False,
        vulnerabilities: bool = True,
    ) -> None:
        """`fetches` allows to fetch the scanner if it is missing, and the database if it is missing or old.

        With `java` an index of Java archives is fetched too. Without `vulnerabilities` only packages are
        listed, which needs no database.
        """
        self._scanner, self._client, self._image = scanner, scanner.client, image
        self._fetches, self._java, self._vulnerabilities = fetches, java, vulnerabilities
        self._is_cancelled = False
        self._running: ScannerContainer | EngineStream | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running = None

    def cancel(self) -> None:
        """End it; the iteration raises CancelledError."""
        self._is_cancelled = True
        if (running := self._running) is not None:
            running.cancel()

    def __iter__(self) -> Iterator[ScanProgress | ScanReport]:
        details = self._client.inspect_image(self._image)
        if not self._client.has_image(self._scanner.scanner):
            if not self._fetches:
                raise missing_scanner()
            yield from self._pull()
        state = self._scanner.state()
        if self._vulnerabilities and self._fetches and (not state.database_at or state.is_old):
            yield from self._fetch(Step.FETCH_DATABASE, _FETCH)
            state = self._scanner.state()
        if self._java and self._fetches:
            yield from self._fetch(Step.FETCH_JAVA, _FETCH_JAVA)
        if self._vulnerabilities and not state.database_at:
            raise missing_database()
        yield from self._examine(details, state.database_at if self._vulnerabilities else 0.0)

    def _pull(self) -> Iterator[ScanProgress]:
        yield ScanProgress(Step.FETCH_SCANNER)
        try:
            with self._client.pull(self._scanner.scanner) as stream:
                self._watch(stream)
                for progress in stream:
                    yield ScanProgress(Step.FETCH_SCANNER, progress.current, progress.total)
        except EngineRequestError as error:
            raise explain(error, self._scanner.scanner, Task.PULL) from error
        if self._scanner.scanner == SCANNER:  # a name for the list of images, which shows no digests
            self._client.tag_image(SCANNER, f"{SCANNER_NAME}:{SCANNER_VERSION}")

    def _fetch(self, step: Step, command: str) -> Iterator[ScanProgress]:
        yield ScanProgress(step)
        environment, authorities = self._proxies(), self._client.authorities()
        if authorities:
            environment.append(f"SSL_CERT_FILE={_AUTHORITIES}")
        script = f"cat > {_AUTHORITIES} && {command} && {finish()}"
        with ScannerContainer(self._client, self._scanner.scanner, script, True, environment) as container:
            self._watch(container)
            for _ in container.send([authorities.encode()] if authorities else []):
                pass
            told = container.read()
        if not told.how:
            raise fetch_failed(told.reason)

    def _examine(self, details: ImageDetails, database_at: float) -> Iterator[ScanProgress | ScanReport]:
        script = _EXAMINE.replace("KIND", "vuln" if self._vulnerabilities else "license")
        yield ScanProgress(Step.READ_IMAGE, 0, details.size)
        with ScannerContainer(self._client, self._scanner.scanner, script) as container:
            self._watch(container)
            with self._client.save_image(self._image) as stream:
                for written in container.send(stream.chunks()):
                    yield ScanProgress(Step.READ_IMAGE, written, details.size)
            yield ScanProgress(Step.EXAMINE)
            told = container.read()
        if not told.how:
            raise UserError(
                f"The scanner could not read {self._name(details)}",
                told.reason,
                "Scan it again. If it stays so, the scanner does not know this kind of image.",
            )
        report = read_report(
            _named(_decode(told.output), self._name(details), details),
            image=details.id,
            name=self._name(details),
            scanned_at=time.time(),
            database_at=database_at,
            # Trivy passes over them, too, when it is asked for packages alone.
            without_java=told.how == _WITHOUT_JAVA or not self._vulnerabilities,
        )
        self._scanner.store.keep(report)
        yield report

    def _name(self, details: ImageDetails) -> str:
        return details.tags[0] if details.tags and is_pinned(self._image) else self._image

    def _proxies(self) -> list[str]:
        """Return the variables that let a container use the engine's proxy."""
        info = self._client.info().raw
        return [f"{name}={value}" for key, name in _PROXIES.items() if (value := get_text(info, key))]

    def _watch(self, running: ScannerContainer | EngineStream) -> None:
        self._running = running
        if self._is_cancelled:  # it came before there was something to end
            running.cancel()
            raise CancelledError


def _decode(output: bytes) -> Mapping[str, Any]:
    try:
        return as_object(json.loads(output))
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(f"the scanner's report is not JSON: {error}") from error


def _named(document: Mapping[str, Any], name: str, details: ImageDetails) -> Mapping[str, Any]:
    """Return the report under the image's name: the scanner knows only the archive that it was handed."""
    metadata = {
        **get_object(document, "Metadata"),
        "ImageID": details.id,
        "RepoTags": list(details.tags),
        "RepoDigests": list(get_texts(details.raw, "RepoDigests")),
    }
    return {**document, "ArtifactName": name, "Metadata": metadata}
