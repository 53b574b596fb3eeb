"""How a machine comes to run: one that runs is found, a suspended one goes on, or one is booted."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.machine_start import StartOrder, TakeListener, cold_start, take_over
from vm.machine.readiness import GO_ON, StartSteps
from vm.machine.rest.machine_resume import go_on
from vm.machine.rest.suspension import CannotGoOn, forget_suspension, read_suspension
from vm.machine.running_machine import RunningMachine
from vm.machine.settings_files import last_good_settings, read_settings
from vm.machine.status import StepState
from vm.machine.status_board import StatusBoard

log = logging.getLogger(__name__)

SETTINGS_STEPS = {"accelerator", "qemu", "kernel", "sshd", "engine"}
"""The steps of a start that fail with settings that cannot apply."""


class Starter:
    """Brings the machine up, and tells on the board how far it is."""

    def __init__(
        self,
        files: MachineFiles,
        image_folder: Path,
        engine_args: tuple[str, ...],
        board: StatusBoard,
        on_tunnel: Callable[[bool], None],
        take_listener: TakeListener,
    ) -> None:
        self._files = files
        self._image_folder = image_folder
        self._engine_args = engine_args
        self._board = board
        self._on_tunnel = on_tunnel
        self._take_listener = take_listener

    def read_settings(self) -> None:
        """Read what the machine is to be started with."""
        settings, warnings = read_settings(self._files)
        settings, more = settings.with_usable_folders()
        self._board.warnings = (*warnings, *more, *settings.warnings_about_certificates())
        self._board.settings = settings.with_engine_args(self._engine_args)

    async def find_running(self) -> RunningMachine | None:
        """Return the machine that an earlier supervisor left running."""
        return await take_over(self._order())

    async def start(self) -> RunningMachine:
        """Return a machine that runs. Raises UserError; nothing runs then."""
        return await self.find_running() or await self._go_on_from_disk() or await self._boot()

    def _order(self) -> StartOrder:
        return StartOrder(
            self._files,
            self._image_folder,
            self._board.settings,
            self._board.on_change,
            self._on_tunnel,
            self._take_listener,
            self._engine_args,
        )

    async def _go_on_from_disk(self) -> RunningMachine | None:
        """Return the suspended machine, going on; None when there is none, or it must be booted."""
        board = self._board
        suspension = await asyncio.to_thread(read_suspension, self._files)
        if suspension is not None:
            steps, board.steps = board.steps, StartSteps(board.on_change, GO_ON)
            try:
                return await go_on(self._order(), suspension, board.steps)
            except CannotGoOn as error:
                log.warning("the suspended machine cannot go on: %s", error)
                board.warnings += (f"The machine was started anew instead of going on: {error}.",)
                board.steps = steps
        await asyncio.to_thread(forget_suspension, self._files)
        return None

    async def _boot(self) -> RunningMachine:
        """Boot; with settings that cannot apply, with the last good ones. Raises UserError."""
        board = self._board
        assert board.steps is not None
        try:
            return await cold_start(self._order(), board.steps)
        except UserError as error:
            good = await asyncio.to_thread(last_good_settings, self._files)
            failed = {step.name for step in board.steps.steps if step.state is StepState.FAILED}
            if good is None or good.to_json() == board.settings.to_json() or not failed & SETTINGS_STEPS:
                raise
            first = error
        log.warning("the machine does not start with these settings: %s", first)
        board.warnings += (
            f"The machine does not start with the settings in {self._files.settings}: {first.summary} "
            "Using the last good ones.",
        )
        board.settings = good
        board.steps = StartSteps(board.on_change)
        try:
            return await cold_start(self._order(), board.steps)
        except UserError as error:
            raise first from error
