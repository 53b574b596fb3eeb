"""The engine's process: puts the parts together, serves the API, ends in good order.

Signals: SIGTERM and SIGINT end the engine and leave its containers running, for the next engine to take over.
SIGPWR is the machine's shutdown: containers get their stop signal and their time, then the engine ends.
"""

import asyncio
import fcntl
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from backend.config import EngineConfig, parse_arguments
from backend.engine_options import parse_options_text
from backend.errors import EngineError, SystemFailureError
from backend.host_settings import HOST_SETTINGS
from backend.listener import listen
from backend.state_files import StateFiles

if TYPE_CHECKING:
    from backend.engine import Engine

log = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LEAVE_CONTAINERS = (signal.SIGTERM, signal.SIGINT)
STOP_CONTAINERS = signal.SIGPWR


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine until a signal ends it; returns the process's exit code."""
    config = parse_arguments(arguments)
    logging.basicConfig(stream=sys.stderr, level=config.log_level.upper(), format=LOG_FORMAT)
    HOST_SETTINGS.use_options(parse_options_text(config.options))
    files = StateFiles(config.data_root, config.run_root)
    try:
        with _hold_lock(files), listen(config.socket) as listener:
            # Imported late: the socket is there while the larger part of the engine is still being loaded.
            import uvloop

            from backend.aiohttp_server_only import defer_client
            from backend.runtime import cgroups

            defer_client()
            cgroups.prepare()

            uvloop.run(_run(config, files, listener))
    except EngineError as error:
        log.error("%s", error.message)
        return 1
    return 0


def _hold_lock(files: StateFiles) -> TextIO:
    """Return the open lock file of the data root; the lock ends with the process, however that ends."""
    try:
        for folder in (files.data_root, files.run_root):
            folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = files.lock.open("w")
    except OSError as error:
        raise SystemFailureError(f"cannot use {error.filename}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise SystemFailureError(
            f"{files.data_root} is in use by another engine; stop it, or choose another --data-root"
        ) from error
    return lock


async def _run(config: EngineConfig, files: StateFiles, listener: socket.socket) -> None:
    ending: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    _watch_signals(ending)
    async with _started_engine(config, files) as engine:
        from backend.api.server import Server

        server = Server(engine)
        await server.start(listener)
        log.info("the engine answers on %s", config.socket)
        engine.containers.start_background_work()
        gc.freeze()  # what is there now stays: later looks for garbage need not go through it
        gc.enable()
        try:
            if await ending:
                await engine.containers.stop_all()
        finally:
            engine.events.close()  # streams end, so that the server need not wait for them
            await server.close()
            _remove_socket(config.socket)
            await engine.images.release_stale_mounts()  # they would keep the data disk busy


def _watch_signals(ending: "asyncio.Future[bool]") -> None:
    def end(stop_containers: bool) -> None:
        if not ending.done():
            ending.set_result(stop_containers)

    loop = asyncio.get_running_loop()
    for signal_number in LEAVE_CONTAINERS:
        loop.add_signal_handler(signal_number, end, False)
    loop.add_signal_handler(STOP_CONTAINERS, end, True)


@asynccontextmanager
async def _started_engine(config: EngineConfig, files: StateFiles) -> "AsyncIterator[Engine]":
    from backend.builder.build_state import BuildState
    from backend.builder.run.lent_agents import LentAgents
    from backend.containers.manager import Containers
    from backend.database import Database
    from backend.engine import Engine
    from backend.events import EventBus
    from backend.host_agent import host_agent
    from backend.images.manager import Images
    from backend.networks.manager import Networks
    from backend.tasks import Tasks
    from backend.volumes.manager import Volumes

    tasks, events, database = Tasks(), EventBus(), Database(files.database)
    agents = LentAgents()
    try:
        images = Images(config, files, database, events, tasks)
        volumes = Volumes(files, database, events)
        networks = Networks(config, files, database, events, tasks)
        containers = Containers(config, files, database, events, tasks, images, volumes, networks)
        images.in_use = containers.using_image
        volumes.in_use = containers.using_volume
        await images.start()
        await volumes.start()
        await networks.start()
        try:
            await containers.restore()
            await images.release_stale_mounts()
            link = networks.link
            async with host_agent(files.host_agent, link, agents) if link is not None else nullcontext():
                yield Engine(
                    config=config,
                    files=files,
                    database=database,
                    events=events,
                    tasks=tasks,
                    images=images,
                    volumes=volumes,
                    networks=networks,
                    containers=containers,
                    builds=BuildState(files, events, tasks),
                    agents=agents,
                )
        finally:
            await tasks.cancel_all()
            await networks.close()
    finally:
        database.close()


def _remove_socket(path: Path) -> None:
    path.unlink(missing_ok=True)
