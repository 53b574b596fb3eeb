"""A container that never runs, made and removed once after the engine's start: the first real one is then as
fast as the rest.

The runtime compiles the seccomp filter at a container's creation (20 ms, under emulation far more) and keeps
the program in its state folder, which is lost with the boot. Monitor and runtime are in memory then, too.
"""

import logging
from contextlib import suppress

from backend.containers.names import new_id
from backend.containers.run_files import RunFiles
from backend.errors import EngineError
from backend.runtime import capabilities, cgroups, monitor, seccomp
from backend.runtime.monitor import MonitorOptions
from backend.runtime.oci_runtime import OciRuntime
from backend.runtime.oci_spec import ContainerProcess, ContainerSpec, ProcessUser, build_spec
from backend.state_files import StateFiles
from backend.tasks import in_thread, in_thread_to_end

log = logging.getLogger(__name__)

PROGRAM = "never-run"


async def warm_up(files: StateFiles, runtime: OciRuntime) -> None:
    """Create a container with the default filter and remove it. Never raises EngineError.

    What a crash leaves of it is swept away like any container without a record.
    """
    paths = RunFiles.of(files, new_id())
    try:
        await in_thread_to_end(_prepare, paths)
        await monitor.create_container(
            runtime, paths.monitor, paths.run / "output.log", MonitorOptions(False, False, False)
        )
    except (EngineError, OSError) as error:
        log.warning("the runtime could not be warmed up: %s", error)
    finally:
        await in_thread(monitor.end_creation, paths.container_id, runtime)
        with suppress(EngineError):
            await runtime.delete(paths.container_id)
        await in_thread(_sweep, paths)


def _prepare(paths: RunFiles) -> None:
    paths.root.mkdir(parents=True, mode=0o755)
    program = paths.root / PROGRAM
    program.touch()
    program.chmod(0o755)
    granted = capabilities.resolve((), (), privileged=False)
    process = ContainerProcess(
        arguments=[f"/{PROGRAM}"],
        environment=[],
        working_dir="/",
        user=ProcessUser(),
        terminal=False,
        capabilities=granted,
    )
    specification = ContainerSpec(
        process=process,
        root=str(paths.root),
        cgroups_path=cgroups.group_of(paths.container_id),
        seccomp=seccomp.default_filter(granted),
    )
    paths.write_specification(build_spec(specification))


def _sweep(paths: RunFiles) -> None:
    cgroups.remove(cgroups.group_of(paths.container_id))
    paths.remove_run()
