"""The commands about backups of volumes on a schedule."""

import argparse
import time
from pathlib import Path

from app.commands.console import format_age, tell, write, write_failure, write_json, write_table
from app.commands.session import Session
from app.services.app_folders import AppFolders
from app.services.containers.volume_backups import (
    BackupPlan,
    BackupPlans,
    back_up,
    is_due,
    list_backups,
)
from app.services.errors import ErrorCode, MarinaError, UserError
from app.services.explain import explain


def _plans() -> BackupPlans:
    return BackupPlans(AppFolders.find().backups)


def list_plans(options: argparse.Namespace) -> int:
    """Show which volumes are backed up, and when they were last."""
    plans = _plans().of(Session(options).engine_name)
    if options.json:
        write_json(plans)
        return 0
    rows = [
        (plan.volume, plan.every, str(plan.keep), _newest(plan), plan.folder)
        for plan in sorted(plans, key=lambda plan: plan.volume)
    ]
    write_table(("VOLUME", "EVERY", "KEEPS", "LAST", "FOLDER"), rows)
    return 0


def _newest(plan: BackupPlan) -> str:
    try:
        backups = list_backups(plan)
    except UserError as error:
        return error.summary
    return format_age(backups[0].made) if backups else "never"


def set_plan(options: argparse.Namespace) -> int:
    """Back a volume up from now on: the window does it while it is open, and `marina backup run`."""
    session = Session(options)
    with session.engine() as client:
        if all(volume.name != options.volume for volume in client.list_volumes()):
            raise UserError(f"There is no volume {options.volume}", code=ErrorCode.BAD_INPUT)
    folder = Path(options.folder).expanduser().absolute()
    plan = BackupPlan(session.engine_name, options.volume, str(folder), options.every, options.keep)
    _plans().put(plan)
    tell("Marina makes the backups while its window or tray is there; `marina backup run` makes one at once.")
    return 0


def stop(options: argparse.Namespace) -> int:
    """Back a volume up no more; its archives stay."""
    if not _plans().remove(Session(options).engine_name, options.volume):
        raise UserError(f"The volume {options.volume} is not backed up", code=ErrorCode.BAD_INPUT)
    return 0


def run(options: argparse.Namespace) -> int:
    """Make the backups that are due, or those of the named volumes whether they are due or not."""
    session = Session(options)
    plans = {plan.volume: plan for plan in _plans().of(session.engine_name)}
    for name in options.volumes:
        if name not in plans:
            raise UserError(
                f"The volume {name} is not backed up",
                what_to_do="`marina backup set` sets a backup up.",
                code=ErrorCode.BAD_INPUT,
            )
    wanted = [plans[name] for name in options.volumes] if options.volumes else list(plans.values())
    code = 0
    with session.engine() as client:
        for plan in wanted:
            try:
                now = time.time()
                if options.volumes or is_due(plan, now):
                    write(str(back_up(client, plan, now).path))
            except MarinaError as error:  # the others are made all the same
                write_failure(explain(error, plan.volume))
                code = 1
    return code
