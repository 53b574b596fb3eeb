"""A QEMU that runs, with all that the supervisor holds of it; made by a start or by taking over."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psutil

from vm.errors import UserError
from vm.machine.engine_settings import EngineSettings
from vm.machine.link.agent_conversations import AgentConversations
from vm.machine.link.agent_link import AgentLink
from vm.machine.link.boot_port import BootLine, BootNews, BootPort
from vm.machine.link.docker_socket import DockerSocket
from vm.machine.link.guest_transport import GuestTransport, TunnelDown, dial_guest
from vm.machine.link.name_server import NameServer
from vm.machine.link.ssh_keys import get_user_key, read_host_key
from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.log_tails import last_lines
from vm.machine.machine_files import MachineFiles
from vm.machine.ports.listen_queues import lengthen_queues
from vm.machine.ports.port_forwards import PortForwards
from vm.machine.ports.port_reasons import PortRefused, find_free_port
from vm.machine.processes import runs
from vm.machine.qemu import qemu_process
from vm.machine.qemu.qemu_command import AGENT_PORT, DATA_DISK, NETWORK
from vm.machine.qemu.qemu_endpoints import find_endpoints
from vm.machine.qemu.qemu_process import QemuRecord, write_record
from vm.machine.qemu.qmp import QmpClient, QmpError
from vm.machine.readiness import BootProgress
from vm.machine.rest.suspension import NotSuspended, save_memory
from vm.machine.sharing.file_events import FileEvents
from vm.machine.sharing.file_server_process import FileServerKeeper
from vm.machine.tasks import Tasks, to_the_end

log = logging.getLogger(__name__)

FULL = "it is held, because the disk of this computer is full"
PAUSED = "it is paused; to go on: marina resume"

POWER_OFF_LIMIT = 60.0
"""Seconds for the guest to end its containers, sync its disk and power off."""

TIDY_LIMIT = 120.0
"""Seconds for the guest to give back what it does not need."""

GROW_LIMIT = 300.0
"""Seconds for the guest's file system to grow."""

QUIT_LIMIT = 5.0
"""Seconds for QEMU to flush the disk and end."""


class RunningMachine:
    """Holds QEMU's control socket, the guest's two ports, the tunnel and docker.sock."""

    def __init__(
        self,
        files: MachineFiles,
        record: QemuRecord,
        process: psutil.Process,
        shared_folders: tuple[str, ...] = (),
    ) -> None:
        self.files = files
        self.record = record
        self.process = process
        self.boot = BootProgress()
        self.gone = asyncio.Event()
        """Set when QEMU has ended."""
        self.out_of_space = asyncio.Event()
        """Set when QEMU has held the guest, whose write found no room on the host."""
        self.tunnel: Tunnel | None = None
        self.docker_socket: DockerSocket | None = None
        self.forwards: PortForwards
        self._qmp: QmpClient
        self.shared_folders = shared_folders
        self._boot_port: BootPort
        self._agent: AgentLink | None = None
        self._file_server: asyncio.Task[None] | None = None
        self._held_by: set[str] = set()
        self._tasks = Tasks()
        self._exit = contextlib.AsyncExitStack()

    async def attach(
        self,
        on_boot_line: Callable[[BootLine], None],
        on_ports: Callable[[], None],
        *,
        still: bool = False,
    ) -> None:
        """Connect to QEMU's sockets, and let a guest that is held run, unless it is to stand `still`.

        Raises UserError when one does not answer.
        """
        endpoints = find_endpoints(self.files)
        try:
            self._qmp = await QmpClient.connect(
                endpoints.qmp,
                self._take_event,
                lambda: runs(self.process),
            )
            self._exit.push_async_callback(self._qmp.close)
            self._tasks.start(self._watch_qemu(), "qemu watch")
            self._exit.push_async_callback(self._tasks.cancel_all)
            self.forwards = PortForwards(
                self.files, self._qmp, on_ports, partial(lengthen_queues, self.record.pid)
            )
            self._exit.push_async_callback(self.forwards.close)

            def take(line: BootLine) -> None:
                self._take_boot_line(line)
                on_boot_line(line)

            self._boot_port = await BootPort.connect(endpoints.boot_port, take)
            self._exit.push_async_callback(self._boot_port.close)
            settings = EngineSettings(self.files)
            names = NameServer(servers=settings.name_servers)
            await names.start()
            self._exit.push_async_callback(names.close)
            agent = await AgentLink.connect(endpoints.agent_port, self.forwards)
            self._exit.push_async_callback(agent.close)
            agent.names_port = names.port
            agent.settings = settings.gather
            conversations = AgentConversations()
            agent.on_agent = lambda key: conversations.begin(self.tunnel, key)
            self._agent = agent
            if self.shared_folders:
                file_events = FileEvents(self.files, agent.tell_changed)
                agent.on_watch = file_events.watch
                self._tasks.start(file_events.keep_connected(), "file events")
            if not still:
                if not (await self._qmp.execute("query-status")).get("running"):
                    await self._qmp.execute("cont")  # a supervisor that held the guest was killed meanwhile
                self._serve_folders()
        except (QmpError, OSError) as error:
            await self.close()
            raise UserError(
                "QEMU does not answer.",
                f"{error}\n{self.evidence()}".strip(),
                "Stop the machine and start it again.",
            ) from error

    def _serve_folders(self) -> None:
        if self.shared_folders and self._file_server is None:
            keeper = FileServerKeeper(self.files, self.shared_folders, self.gone)
            self._file_server = self._tasks.start(keeper.keep_running(), "file server")

    async def _end_folders(self) -> None:
        """Close the shared folders at both ends, so that neither waits for the other one's old messages."""
        if self._file_server is not None:
            self._file_server.cancel()
            self._file_server = None
            keeper = FileServerKeeper(self.files, self.shared_folders, self.gone)
            await to_the_end(keeper.end)

    async def suspend(self) -> None:
        """Bring the guest to a stand and write its memory down; connections wait meanwhile.

        Raises NotSuspended; the guest runs on then.
        """
        assert self.docker_socket is not None
        self.docker_socket.cut()  # nobody uses them: they were asked about
        try:
            await self._end_folders()
            # gives back what need not be written down; then the guest has also seen its folders closed
            await self.tidy(now=True)
            await self._qmp.execute("stop")
            await save_memory(self.files, self._qmp)
        except (TunnelDown, QmpError, NotSuspended) as error:
            with contextlib.suppress(QmpError):
                await self.set_going()
            self.docker_socket.serve_again()
            raise NotSuspended(str(error)) from error

    async def set_going(self) -> None:
        """Let a guest that stands still run, with the right time. Raises QmpError."""
        await self._qmp.execute("cont")
        self._serve_folders()
        if self._agent is not None:
            self._agent.tell_time()

    @property
    def qmp(self) -> QmpClient:
        """QEMU's control connection."""
        return self._qmp

    async def open_ssh_port(self) -> None:
        """Forward a free port of 127.0.0.1 to the guest's sshd and remember it. Only once sshd listens:
        an earlier connection makes QEMU retry with growing pauses."""
        for _ in range(5):
            try:
                port = await asyncio.to_thread(find_free_port, "tcp", "127.0.0.1", 0)
                answer = await self._qmp.monitor(f"hostfwd_add {NETWORK} tcp:127.0.0.1:{port}-:22")
            except (PortRefused, QmpError) as error:
                answer = str(error)
            if not answer:
                self.remember(ssh_port=port)
                return
        raise UserError("No port is free for the connection to the machine.", answer, "Close some programs.")

    async def open_tunnel(self, on_change: Callable[[bool], None]) -> None:
        """Dial the guest, and stay connected. Raises UserError, TunnelDown."""
        user_key = await asyncio.to_thread(get_user_key, self.files)
        host_key = read_host_key(self.files)
        if host_key is None:
            raise UserError(
                "The machine's identity is not known.", what_to_do="Stop the machine and start it again."
            )
        loop = asyncio.get_running_loop()

        def dial() -> GuestTransport:
            return dial_guest(self.record.ssh_port, user_key, host_key)

        def changed(up: bool) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the supervisor ends
                loop.call_soon_threadsafe(on_change, up)

        def stands_still() -> bool:
            return self._agent is not None and self._agent.stands_still

        tunnel = Tunnel(dial, changed, stands_still=stands_still)
        while True:
            try:
                await asyncio.to_thread(tunnel.open)
                break
            except TunnelDown as error:
                log.info("sshd does not answer yet: %s", error)
                await asyncio.sleep(0.3)
        self.tunnel = tunnel
        self._exit.callback(tunnel.close)

    def listen(self, listener: socket.socket | None = None, waiting: Sequence[socket.socket] = ()) -> None:
        """Open docker.sock, or go on with one that is open, and those who wait there. Raises UserError."""
        assert self.tunnel is not None
        try:
            self.docker_socket = DockerSocket(self.files.docker_socket, self.tunnel, listener, waiting)
        except OSError as error:
            raise UserError(
                "The socket for Docker clients cannot be made.",
                f"{self.files.docker_socket}: {error.strerror}",
            ) from error
        self._exit.callback(self.docker_socket.close)

    def remember(self, *, ssh_port: int | None = None, boot_seconds: float | None = None) -> None:
        """Keep what became known for a later supervisor."""
        self.record = self.record.with_changes(ssh_port=ssh_port, boot_seconds=boot_seconds)
        write_record(self.files, self.record)

    async def hold(self, reason: str = FULL) -> None:
        """Stop the guest's processors; calls are refused meanwhile, with the reason. Raises QmpError."""
        await self._qmp.execute("stop")
        self._held_by.add(reason)
        if self.docker_socket is not None:
            self.docker_socket.refuse(reason)

    async def go_on(self, reason: str = FULL) -> None:
        """Let the guest run, with the right time, unless there is another reason to hold it. Raises QmpError.

        QEMU tries writes without room again.
        """
        self._held_by.discard(reason)
        if self._held_by:
            return
        await self._qmp.execute("cont")
        if self._agent is not None:
            self._agent.tell_time()
        if self.docker_socket is not None:
            self.docker_socket.refuse("")

    async def tidy(self, *, now: bool = False) -> bool:
        """Have the guest give back disk and memory that it does not need; `now` also while it works.

        Returns False when it works and keeps its memory. Raises TunnelDown.
        """
        if self.tunnel is None:
            raise TunnelDown("the machine is not connected yet")
        how = "now" if now else "idle"
        told = await to_the_end(self.tunnel.run, f"sh /usr/lib/marina-machine/tidy.sh {how}", TIDY_LIMIT)
        return "busy" not in told

    async def resize_disk(self, size: int) -> None:
        """Make the data disk `size` bytes long, of which it takes what is used. Raises QmpError."""
        await self._qmp.execute("block_resize", device=DATA_DISK, size=size)

    async def grow_file_system(self) -> None:
        """Let the guest's file system fill the data disk, while it is in use. Raises TunnelDown."""
        if self.tunnel is None:
            raise TunnelDown("the machine is not connected yet")
        await to_the_end(self.tunnel.run, "sh /usr/lib/marina-machine/grow-disk.sh", GROW_LIMIT)

    @property
    def engine_answers(self) -> bool:
        """Whether the engine answers on its agent port."""
        return self._agent is not None and self._agent.engine_answers

    def ensure_files(self) -> None:
        """Write again what a later supervisor needs, if it was removed."""
        if not self.files.qemu_record.exists() and not self.gone.is_set():
            log.warning("the record of QEMU was removed: it is written again")
            write_record(self.files, self.record)
            self.forwards.write_claims()

    async def power_off(self) -> bool:
        """Let the guest power off; return whether QEMU has ended within POWER_OFF_LIMIT."""
        if self.tunnel is not None:
            self.tunnel.expect_end()
        with contextlib.suppress(OSError):
            await self._boot_port.power_off()
            return await self._gone_within(POWER_OFF_LIMIT)
        return self.gone.is_set()

    async def quit(self) -> None:
        """End QEMU whatever the guest does: its own command first, then signals."""
        if not self.gone.is_set():
            with contextlib.suppress(QmpError, TimeoutError):
                async with asyncio.timeout(QUIT_LIMIT):
                    await self._qmp.execute("quit")
            await self._gone_within(QUIT_LIMIT)
        await asyncio.to_thread(qemu_process.kill_process, self.process)
        self.gone.set()

    async def close(self) -> None:
        """Let go of everything; QEMU goes on."""
        await self._exit.aclose()

    def evidence(self) -> str:
        """Return the last lines of QEMU's and the guest's logs."""
        parts = (("QEMU", self.files.qemu_log), ("console", self.files.console_log))
        return "\n".join(f"{name}:\n{lines}" for name, path in parts if (lines := last_lines(path)))

    async def _gone_within(self, limit: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self.gone.wait()
        return self.gone.is_set()

    async def _watch_qemu(self) -> None:
        await self._qmp.closed.wait()
        # the connection ends just before the process does; waiting also reaps our own child
        await asyncio.to_thread(qemu_process.wait_for_end, self.process)
        self.gone.set()
        self.boot.fail(
            UserError("The virtual machine ended while it started.", self.evidence(), "Start it again.")
        )

    def _take_event(self, name: str, data: dict[str, Any]) -> None:
        if name == "BLOCK_IO_ERROR" and data.get("nospace") and data.get("action") == "stop":
            self.out_of_space.set()
        if name == "VSERPORT_CHANGE" and data.get("id") == AGENT_PORT and self._agent is not None:
            self._agent.engine_opened(bool(data.get("open")))

    def _take_boot_line(self, line: BootLine) -> None:
        if line.news is BootNews.STEP:
            self.boot.reach(line.value)
        elif line.news is BootNews.HOST_KEY:
            self.boot.host_key = line.value
        elif line.news is BootNews.READY:
            self.boot.reach("ready")
        else:
            self.boot.fail(
                UserError(
                    f"The machine could not start: {line.value} failed.",
                    f"{line.reason}\n{self.evidence()}".strip(),
                    f"Start it again. If it keeps failing, look at the console log: {self.files.console_log}",
                )
            )
