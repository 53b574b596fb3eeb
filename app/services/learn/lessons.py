"""The walkthroughs of the Learn page: what a step types and does, and how the engine shows it was done."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.services.containers.run_options import VolumeMount
from app.services.errors import UserError
from app.services.learn.classroom import LABEL, Classroom, Said
from app.services.learn.getting_started import IMAGE

WEB, FAILING, PAGE, SITE = "learn-web", "learn-failing", "learn-page", "learn-site"
DATA, WRITER, READER, PROJECT = "learn-data", "learn-writer", "learn-reader", "learn-shop"
HELLO = "Hello from me"
_INDEX = "/www/index.html"
_CHANGE = f"echo '<h1>{HELLO}</h1>' > {_INDEX}"
_FAIL = "echo looking for a configuration; echo there is none >&2; exit 3"
_WORK = "echo configuration: $CONFIG; exec sleep 3600"
_KEEP, _READ = "echo kept > /data/note.txt", "cat /data/note.txt"
_CALL = "while true; do wget -q -O /dev/null http://web/ && echo the page is there; sleep 1; done"
_MOUNT = (VolumeMount(DATA, "/data"),)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `command` has {port} and {folder}; without `is_done` an answer is all it takes."""

    key: str
    command: str
    act: Callable[[Classroom], Said]
    is_done: Callable[[Classroom], bool] | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A walkthrough; `clean_up` removes whatever it left, so that it can begin again."""

    key: str
    steps: tuple[Step, ...]
    clean_up: Callable[[Classroom], None]

    def advance(self, room: Classroom, done: int) -> int:
        """Return how many steps are done, of which `done` were: the engine shows the next ones."""
        for step in self.steps[done:]:
            if step.is_done is None or not step.is_done(room):
                break
            done += 1
        return done

    def command(self, number: int, port: int, folder: Path) -> str:
        """Return what one would type for a step."""
        words = self.steps[number].command
        return words.replace("{port}", str(port)).replace("{folder}", str(folder))


def _run_command(name: str, *options: str, image: str = IMAGE, script: str = "") -> str:
    words = ["docker run", *options, "--name", name, image]
    return " ".join([*words, f"sh -c '{script}'"] if script else words)


def _start(name: str, image: str = IMAGE) -> Step:
    """Run a container in the background, with a port for its pages."""
    return Step(
        "start",
        _run_command(name, "-d", "-p {port}:80", image=image),
        lambda room: room.run(name, image=image, publish=True),
        lambda room: room.runs(name),
    )


def _is_gone(*names: str) -> Callable[[Classroom], bool]:
    return lambda room: not any(name in room.containers for name in names)


def _remove(*names: str) -> Callable[[Classroom], Said]:
    def act(room: Classroom) -> Said:
        room.remove(*names)
        return Said("\n".join(names))

    return act


def _shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


# --- run a container ----------------------------------------------------------------------------------------


def _stop(room: Classroom) -> Said:
    room.client.stop_container(WEB)
    return Said(WEB)


RUN = Lesson(
    "run",
    (
        _start(WEB),
        Step(
            "open",
            "curl http://localhost:{port}/",
            lambda room: room.visit(WEB),
            lambda room: WEB in room.containers and "url:/" in room.log(WEB),
        ),
        Step("stop", f"docker stop {WEB}", _stop, lambda room: room.has_ended(WEB)),
        Step("remove", f"docker rm {WEB}", _remove(WEB), _is_gone(WEB)),
    ),
    lambda room: room.remove_ours(WEB),
)


# --- look at logs -------------------------------------------------------------------------------------------


def _run_failing(room: Classroom) -> Said:
    room.run(FAILING, _shell(_FAIL))
    return Said(str(room.client.wait_container(FAILING)))


def _list_failing(room: Classroom) -> Said:
    row = room.containers.get(FAILING)
    if row is None:
        raise UserError(f"There is no {FAILING}", what_to_do="Start over to have a new one.")
    return Said(f"{row.short_id}   {row.image}   {row.status}   {row.name}")


LOGS = Lesson(
    "logs",
    (
        Step(
            "start",
            _run_command(FAILING, "-d", script=_FAIL) + f"\ndocker wait {FAILING}",
            _run_failing,
            lambda room: room.has_ended(FAILING, 3),
        ),
        Step("state", f"docker ps -a --filter name={FAILING}", _list_failing),
        Step("log", f"docker logs {FAILING}", lambda room: Said(room.log(FAILING))),
        Step(
            "mend",
            f"docker rm {FAILING}\n" + _run_command(FAILING, "-d", "-e CONFIG=mine", script=_WORK),
            lambda room: room.run(FAILING, _shell(_WORK), environment=(("CONFIG", "mine"),)),
            lambda room: room.runs(FAILING),
        ),
        Step("remove", f"docker rm -f {FAILING}", _remove(FAILING), _is_gone(FAILING)),
    ),
    lambda room: room.remove_ours(FAILING),
)


# --- change a file ------------------------------------------------------------------------------------------


def _changes(room: Classroom) -> Said:
    letters = {"changed": "C", "new": "A", "deleted": "D"}
    found = room.client.changes(PAGE)
    return Said("\n".join(f"{letters.get(kind, kind)} {path}" for path, kind in sorted(found.items())))


def _is_fresh(room: Classroom) -> bool:
    return room.runs(PAGE) and HELLO not in room.file(PAGE, _INDEX)


FILES = Lesson(
    "files",
    (
        _start(PAGE),
        Step(
            "change",
            f'docker exec {PAGE} sh -c "{_CHANGE}"',
            lambda room: room.execute(PAGE, _shell(_CHANGE)),
            lambda room: HELLO in room.file(PAGE, _INDEX),
        ),
        Step("open", "curl http://localhost:{port}/", lambda room: room.visit(PAGE)),
        Step("diff", f"docker diff {PAGE}", _changes),
        Step(
            "anew",
            f"docker rm -f {PAGE}\n" + _run_command(PAGE, "-d", "-p {port}:80"),
            lambda room: room.run(PAGE, publish=True),
            _is_fresh,
        ),
        Step("remove", f"docker rm -f {PAGE}", _remove(PAGE), _is_gone(PAGE)),
    ),
    lambda room: room.remove_ours(PAGE),
)


# --- build an image -----------------------------------------------------------------------------------------

_DOCKERFILE = f"FROM {IMAGE}\nCOPY index.html {_INDEX}\n"


def _build(room: Classroom) -> Said:
    from app.services.images.image_build import BuildOptions, open_build

    lines: list[str] = []
    with open_build(room.client, BuildOptions(room.folder, tag=SITE)) as stream:
        for progress in stream:
            lines += progress.lines
    return Said("\n".join(lines[-LINES_SHOWN:]))


def _forget_site(room: Classroom) -> None:
    room.remove_ours(SITE)
    room.remove_image(SITE)
    room.forget_files()


def _remove_site(room: Classroom) -> Said:
    room.remove(SITE)
    room.remove_image(SITE)
    return Said(SITE)


LINES_SHOWN = 12
BUILD = Lesson(
    "build",
    (
        Step(
            "write",
            "cd {folder}\necho '<h1>" + HELLO + "</h1>' > index.html\n"
            f"printf 'FROM {IMAGE}\\nCOPY index.html {_INDEX}\\n' > Dockerfile",
            lambda room: room.write({"Dockerfile": _DOCKERFILE, "index.html": f"<h1>{HELLO}</h1>\n"}),
            lambda room: room.has_written("Dockerfile") and room.has_written("index.html"),
        ),
        Step(
            "build",
            f"docker build -t {SITE} {{folder}}",
            _build,
            lambda room: room.client.has_image(SITE),
        ),
        _start(SITE, image=SITE),
        Step("open", "curl http://localhost:{port}/", lambda room: room.visit(SITE)),
        Step(
            "remove",
            f"docker rm -f {SITE}\ndocker rmi {SITE}",
            _remove_site,
            lambda room: SITE not in room.containers and not room.client.has_image(SITE),
        ),
    ),
    _forget_site,
)


# --- keep data in a volume ----------------------------------------------------------------------------------


def _create_volume(room: Classroom) -> Said:
    return Said(room.client.create_volume(DATA, {LABEL: DATA}).name)


def _read_again(room: Classroom) -> Said:
    room.remove(WRITER)
    return room.run_to_end(READER, _shell(_READ), _MOUNT)


def _forget_volume(room: Classroom) -> None:
    room.remove_ours(WRITER, READER)
    if any(v.name == DATA and LABEL in v.labels for v in room.client.list_volumes()):
        room.remove_volume(DATA)


def _remove_volume(room: Classroom) -> Said:
    room.remove(READER)
    room.remove_volume(DATA)
    return Said(f"{READER}\n{DATA}")


VOLUME = Lesson(
    "volume",
    (
        Step("create", f"docker volume create {DATA}", _create_volume, lambda room: room.has_volume(DATA)),
        Step(
            "write",
            _run_command(WRITER, f"-v {DATA}:/data", script=_KEEP),
            lambda room: room.run_to_end(WRITER, _shell(_KEEP), _MOUNT),
            lambda room: room.has_ended(WRITER, 0),
        ),
        Step(
            "read",
            f"docker rm {WRITER}\n" + _run_command(READER, f"-v {DATA}:/data", script=_READ),
            _read_again,
            lambda room: WRITER not in room.containers and room.has_ended(READER, 0),
        ),
        Step(
            "remove",
            f"docker rm {READER}\ndocker volume rm {DATA}",
            _remove_volume,
            lambda room: READER not in room.containers and not room.has_volume(DATA),
        ),
    ),
    _forget_volume,
)


# --- several containers with compose ------------------------------------------------------------------------


def _compose_file(room: Classroom) -> str:
    """Return the file; a text in JSON's quotes is YAML, too."""
    labels = f"\n    labels:\n      {LABEL}: {PROJECT}\n"
    return (
        "services:\n"
        f'  web:\n    image: {IMAGE}\n    ports:\n      - "{room.port()}:80"{labels}'
        f"  visitor:\n    image: {IMAGE}\n    command: {json.dumps(list(_shell(_CALL)))}{labels}"
        "    stop_grace_period: 1s\n    depends_on:\n      - web\n"
    )


def _write_compose(room: Classroom) -> Said:
    text = _compose_file(room)
    room.write({"compose.yaml": text})
    return Said(text)


def _compose(*arguments: str, with_file: bool = False) -> Callable[[Classroom], Said]:
    def act(room: Classroom) -> Said:
        from app.services.containers.compose import Compose, ComposeSource

        compose = Compose.find(room.client.socket_path)
        source = ComposeSource((room.folder / "compose.yaml",), room.folder) if with_file else None
        with compose.start(arguments, source, PROJECT, {}) as running:
            lines = list(running.lines())
        return Said("\n".join(line.strip() for line in lines[-LINES_SHOWN:]))

    return act


def _show_logs(room: Classroom) -> Said:
    """Show both logs once the visitor has found the page, which takes it a moment."""
    room.wait_for_log(f"{PROJECT}-visitor-1", "the page is there")
    return _compose("logs", "--tail", "5")(room)


def _members(room: Classroom) -> Iterable[str]:
    return (row.name for row in room.containers.values() if row.compose_project == PROJECT)


def _forget_project(room: Classroom) -> None:
    if list(_members(room)):
        _compose("down")(room)
    room.forget_files()


COMPOSE = Lesson(
    "compose",
    (
        Step(
            "write",
            "mkdir -p {folder}\nnano {folder}/compose.yaml",
            _write_compose,
            lambda room: room.has_written("compose.yaml"),
        ),
        Step(
            "up",
            f"docker compose -f {{folder}}/compose.yaml -p {PROJECT} up -d",
            _compose("up", "--detach", with_file=True),
            lambda room: sum(room.runs(name) for name in _members(room)) == 2,
        ),
        Step("open", "curl http://localhost:{port}/", lambda room: room.visit(f"{PROJECT}-web-1")),
        Step("logs", f"docker compose -p {PROJECT} logs --tail 5", _show_logs),
        Step(
            "down",
            f"docker compose -p {PROJECT} down",
            _compose("down"),
            lambda room: not list(_members(room)),
        ),
    ),
    _forget_project,
)

LESSONS = (RUN, LOGS, FILES, BUILD, VOLUME, COMPOSE)
