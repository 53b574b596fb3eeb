"""What happens to an engine meanwhile: faults, ends, and others who work on it."""

import contextlib
import random
from collections.abc import Callable

from tests.fakes.demo import DemoWorld
from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeContainer, FakeNetwork, FakeVolume
from tests.fakes.faults import FaultKind
from vm.machine.status import MachineState, Problem

NAMES = (
    "web",
    "<i>web</i>",
    "a&b_c",
    "x" * 200,
    "名字-👩‍🚀",
    "\u202egpj.exe",
    "line\nbreak",
    "%s{0}%1",
    "../../etc",
    "",
)
"""What other programs may call their things, or a broken engine says that they are called."""
_REQUESTS = (
    "",
    "GET",
    "POST",
    "DELETE",
    "/containers",
    "/images",
    "/volumes",
    "/networks",
    "/events",
    "json",
)
_KINDS = (
    FaultKind.STATUS,
    FaultKind.SLOW,
    FaultKind.CLOSE,
    FaultKind.CUT,
    FaultKind.HALF_JSON,
    FaultKind.WRONG_JSON,
)
_STATES = (
    MachineState.RUNNING,
    MachineState.DEGRADED,
    MachineState.RECONNECTING,
    MachineState.SUSPENDED,
    MachineState.STOPPED,
    MachineState.FAILED,
)
_PROBLEM = Problem("The machine has ended.", "QEMU was <b>killed</b>.", "Start it again.")
_MOST = 30
"""So many containers, volumes and networks: a run of days must not fill the memory with them."""


class Trouble:
    """Makes one piece of trouble after another for the engine and machine of a demo."""

    def __init__(self, world: DemoWorld, chance: random.Random) -> None:
        self._engine, self._machine, self._chance = world.engine, world.machine, chance
        self._is_up = True

    def make(self) -> str:
        """Make a piece of trouble, and return what it is."""
        deeds: tuple[Callable[[], str], ...] = (
            self._break_requests,
            self._break_requests,
            self._change_machine,
            self._cut,
            self._stop_or_start_engine,
            self._end_something,
            self._add_container,
            self._add_others,
            self._remove_something,
            self._talk,
        )
        return self._chance.choice(deeds)()

    def end(self) -> None:
        """Let all be well again, but for what is lost."""
        self._engine.faults.clear()
        self._machine.start_fails_with = None
        if not self._is_up:
            self._engine.start()
            self._is_up = True
        if self._machine.status.state is not MachineState.RUNNING:
            self._machine.set(state=MachineState.RUNNING, problem=None, steps=())

    def _break_requests(self) -> str:
        pattern, kind = self._chance.choice(_REQUESTS), self._chance.choice(_KINDS)
        status = self._chance.choice((400, 404, 409, 500, 503))
        message = self._chance.choice(("scripted failure", "", "<b>no</b>\n" * 40, "no space left on device"))
        times = self._chance.randint(1, 4)
        self._engine.fail(pattern, kind, status=status, message=message, seconds=0.2, times=times)
        return f"{times} × {kind.name} {status} for {pattern!r}"

    def _change_machine(self) -> str:
        state = self._chance.choice(_STATES)
        self._machine.set(state=state, problem=_PROBLEM if state is MachineState.FAILED else None)
        self._machine.start_fails_with = _PROBLEM if self._chance.random() < 0.2 else None
        return f"the machine is {state.value}"

    def _cut(self) -> str:
        self._engine.cut_connections()
        self._machine.cut_connections()
        return "all connections are cut"

    def _stop_or_start_engine(self) -> str:
        if self._is_up:
            self._engine.stop()
        else:
            self._engine.start()
        self._is_up = not self._is_up
        return f"the engine is {'up' if self._is_up else 'down'}"

    def _some_container(self) -> FakeContainer | None:
        known = list(self._engine.state.containers.values())
        return self._chance.choice(known) if known else None

    def _end_something(self) -> str:
        container = self._some_container()
        action = self._chance.choice(("start", "stop", "kill", "restart", "pause", "unpause"))
        if container is not None:
            with contextlib.suppress(Refusal):
                self._engine.containers.act(container, action, {})
        return f"somebody's {action}"

    def _add_container(self) -> str:
        state = self._engine.state
        name = self._chance.choice(NAMES)
        if len(state.containers) < _MOST and state.images:
            image = self._chance.choice(state.images)
            labels = {"com.docker.compose.project": name} if self._chance.random() < 0.3 else {}
            container = self._engine.add_container(name, image, Labels=labels, Cmd=["sleep", "1000"])
            state.publish("container", "create", container.id, name=name)
        return f"a new container {name[:20]!r}"

    def _add_others(self) -> str:
        state = self._engine.state
        name = self._chance.choice(NAMES)
        if len(state.volumes) < _MOST and all(volume.name != name for volume in state.volumes):
            state.volumes.append(FakeVolume(name, size=self._chance.choice((-1, 0, 2**50))))
            state.publish("volume", "create", name)
        if len(state.networks) < _MOST:
            network = FakeNetwork(name, self._chance.choice(("bridge", "macvlan", "odd")))
            state.networks.append(network)
            state.publish("network", "create", network.id, name=name)
        if len(state.images) < _MOST:
            image = self._engine.add_image(f"{name}:1" if name else "<none>:<none>")
            state.publish("image", "tag", image.id, name=image.tags[0])
        return f"a volume, a network and an image {name[:20]!r}"

    def _remove_something(self) -> str:
        container = self._some_container()
        if container is not None and len(self._engine.state.containers) > 2:
            self._engine.containers.remove(container, force=True)
        return "somebody removes a container"

    def _talk(self) -> str:
        container = self._some_container()
        if container is not None:
            for number in range(self._chance.choice((1, 50, 2_000))):
                container.write(1, f"\x1b[3{number % 8}mline {number}\x1b[0m \x00\xff\r\n".encode("latin-1"))
        return "a container talks"
