"""What another engine has, chosen and copied: the window's side of `app/services/migration`."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.service_texts import say
from app.viewmodels.wording.wording import format_share, format_size, join_sentences

if TYPE_CHECKING:
    from app.services.errors import MarinaError, UserError
    from app.services.migration.migration import Migration, Progress
    from app.services.migration.plan import Item, Key, Plan
    from app.services.migration.sources import LookedAt, SourceEngine

log = logging.getLogger(__name__)

KINDS = ("image", "volume", "network", "container")
LATER = ("container",)
"""What is only copied when somebody asks for it."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """An engine to choose."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class ThingRow:
    """One thing as a line. `is_wanted`: chosen until somebody says otherwise; `tone` "ok", "err" or ""."""

    number: int
    kind: str
    name: str
    size: str
    state: str
    can_copy: bool
    is_wanted: bool
    tone: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """What is chosen, in numbers."""

    text: str
    can_begin: bool
    is_too_much: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the engine, what could be copied, and the bytes that fit here (None: not known)."""

    source: "SourceEngine"
    plan: "Plan"
    room: int | None


class MigrationViewModel(QObject):
    """At most one copy at a time; it goes on while its dialog is closed."""

    hinted = Signal(str)  # a sentence about an engine that has something
    listed = Signal(object)  # SourceRows
    looked = Signal(object)  # ThingRows
    refused = Signal(object)  # Failure of looking
    changed = Signal(object)  # ThingRow
    progressed = Signal(float)  # how much of the copy is done, 0 to 1
    ended = Signal(str, str)  # a sentence, its tone
    _told = Signal(object)  # Progress

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._plan: Plan | None = None
        self._room: int | None = None
        self._source: SourceEngine | None = None
        self._numbers: dict[Key, int] = {}
        self._sizes: dict[Key, int] = {}  # of what is copied
        self._done: dict[Key, float] = {}  # how much of each
        self._looks = 0
        self._migration: Migration | None = None
        self._task = background.tasks.none
        self.is_active = self._is_cancelled = self._has_hinted = False
        self._told.connect(self._show_progress)

    # --- which engines there are --------------------------------------------------------------------------

    def hint(self) -> None:
        """Look once whether an engine of this computer has something; the answer, if so, is `hinted`."""
        if not self._has_hinted:
            self._has_hinted = True
            self._background.run_alone(self._find_full, self._tell_hint, self._no_hint)

    def _find_full(self) -> "LookedAt | None":
        from app.services.errors import MarinaError
        from app.services.migration.sources import look_at

        for source in self._access.other_engines():
            if not source.is_local:
                continue
            try:
                found = look_at(source)
            except MarinaError:
                continue  # it is not running, or not the user's
            if not found.is_empty:
                return found
        return None

    @Slot(object)
    def _tell_hint(self, found: "LookedAt | None") -> None:
        if found is not None:
            images = self.tr("%n image(s)", "", found.info.images)
            containers = self.tr("%n container(s)", "", found.info.containers)
            text = self.tr("{0} runs on this computer, with {1} and {2}.")
            self.hinted.emit(text.format(found.product, images, containers))

    @Slot(object)
    def _no_hint(self, error: Exception) -> None:
        log.warning("other engines could not be looked for: %s", error)

    def find(self) -> None:
        """List the engines; the answer is `listed`."""

        def find() -> list[SourceRow]:
            return [SourceRow(source.title, source.address) for source in self._access.other_engines()]

        self._background.run(find, self._found, self._not_looked)

    @Slot(object)
    def _found(self, rows: list[SourceRow]) -> None:
        self.listed.emit(rows)

    # --- what one has -------------------------------------------------------------------------------------

    def look(self, engine: str) -> None:
        """See what the engine of an address or name has; the answer is `looked` or `refused`."""
        if self.is_active:
            return
        self._looks += 1
        number, self._plan = self._looks, None

        def look() -> "tuple[int, Look | MarinaError]":
            from app.services.errors import MarinaError

            try:
                return number, self._look(engine.strip())
            except MarinaError as error:
                return number, error

        self._background.run_alone(look, self._took, self._not_looked)

    def _look(self, engine: str) -> "Look":
        from app.services.migration.inventory import take_inventory
        from app.services.migration.plan import make_plan
        from app.services.migration.sources import choose_source, open_source

        source = choose_source(self._access.other_engines(), engine)
        with open_source(source) as client:
            there = take_inventory(client)
        here = take_inventory(self._access.client(), measure=False)
        return Look(source, make_plan(there, here), self._free_bytes())

    def _free_bytes(self) -> int | None:
        from app.services.errors import MarinaError
        from app.services.machine.virtual_machine import VirtualMachine

        engine = self._access.engine()
        if not isinstance(engine, VirtualMachine):
            return None
        try:
            return engine.data.room()
        except MarinaError:
            return None  # what fits is worth knowing, and no reason to copy nothing

    @Slot(object)
    def _took(self, answer: "tuple[int, Look | MarinaError]") -> None:
        number, seen = answer
        if number != self._looks:
            return  # another engine is looked at by now
        if not isinstance(seen, Look):
            self._not_looked(seen)
            return
        self._source, self._plan, self._room = seen.source, seen.plan, seen.room
        self._numbers = {item.key: place for place, item in enumerate(seen.plan.items)}
        self.looked.emit([self._row(item) for item in seen.plan.items])

    @Slot(object)
    def _not_looked(self, error: Exception) -> None:
        self.refused.emit(describe_failure(error))

    def _row(self, item: "Item", state: str = "", tone: str = "", details: str = "") -> ThingRow:
        can_copy = item.verdict.value == "copy"
        verdicts = {"copy": "", "here": self.tr("Already here"), "taken": "", "unfit": ""}
        told = join_sentences(verdicts[item.verdict.value], say(item.remark))
        return ThingRow(
            self._numbers[item.key],
            item.kind.value,
            item.name,
            format_size(item.size) if item.size > 0 else "",
            state or told,
            can_copy,
            can_copy and item.kind.value not in LATER and self._has_name(item),
            tone,
            details,
        )

    @staticmethod
    def _has_name(item: "Item") -> bool:
        """Return whether it is no image that a build left behind."""
        return item.kind.value != "image" or bool(item.names)

    @property
    def has_plan(self) -> bool:
        """Return whether it is known what could be copied; after a copy it is looked for anew."""
        return self._plan is not None

    def sum(self, chosen: Iterable[int]) -> Sum:
        """Return what is chosen in numbers, with all that it needs."""
        if self._plan is None:
            return Sum("", False)
        plan = self._pick(chosen)
        count = len(plan.to_copy)
        if not count:
            return Sum(self.tr("Nothing is chosen."), False)
        text = self.tr("%n thing(s) to copy, about {0}", "", count).format(format_size(plan.bytes))
        if self._room is None:
            return Sum(text, not self.is_active)
        is_too_much = plan.bytes_needed > self._room
        free = self.tr("{0} are free").format(format_size(self._room))
        needed = self.tr("The copy needs {0}").format(format_size(plan.bytes_needed)) if is_too_much else ""
        return Sum(join_sentences(text, free, needed), not is_too_much and not self.is_active, is_too_much)

    def _pick(self, chosen: Iterable[int]) -> "Plan":
        assert self._plan is not None
        return self._plan.pick([self._plan.items[number].key for number in chosen])

    # --- copying ------------------------------------------------------------------------------------------

    def start(self, chosen: Sequence[int]) -> None:
        """Copy things with all that they need; `changed` tells of each, then comes `ended`."""
        if self.is_active or self._plan is None or self._source is None:
            return
        plan, source = self._pick(chosen), self._source
        self.is_active, self._is_cancelled = True, False
        self._sizes = {item.key: max(item.size, 0) for item in plan.to_copy}
        self._done = {}
        title = source.title
        words = TaskWords(
            self.tr("Importing from {0}").format(title),
            self.tr("The import from {0} is done").format(title),
            self.tr("The import from {0} failed").format(title),
        )
        self._task = self._background.tasks.begin(words, self.cancel, "import")
        tell = self._background.teller(self._told)

        def copy() -> "tuple[int, dict[Key, UserError]]":
            from app.services.engine.engine_client import EngineClient
            from app.services.migration.migration import Migration
            from app.services.migration.sources import open_source

            # Clients of its own: to cancel is to cut all their streams.
            with open_source(source) as client, EngineClient(self._access.client().socket_path) as target:
                self._migration = Migration(client, target, plan, tell)
                if self._is_cancelled:
                    self._migration.cancel()
                errors = self._migration.run()
            return len(plan.to_copy) - len(errors), errors

        self._background.run_alone(copy, self._copied, self._not_copied)

    def cancel(self) -> None:
        """End the copy; what is done stays."""
        self._is_cancelled = True
        if self._migration is not None:
            self._migration.cancel()

    @Slot(object)
    def _show_progress(self, progress: "Progress") -> None:
        if self._plan is None or not self.is_active:
            return
        item = self._plan.items[self._numbers[progress.key]]
        self.changed.emit(self._row(item, *self._say_progress(progress)))
        is_over = progress.phase.value in ("done", "failed")
        share = 1.0 if is_over else min(progress.bytes / progress.size, 1.0) if progress.size > 0 else 0.0
        self._done[progress.key] = max(share, self._done.get(progress.key, 0.0))
        whole = sum(self._sizes.values())
        done = sum(share * self._sizes.get(key, 0) for key, share in self._done.items())
        whole_share = done / whole if whole else len(self._done) / max(1, len(self._sizes))
        self._task.tell(item.name, int(100 * whole_share))
        self.progressed.emit(whole_share)

    def _say_progress(self, progress: "Progress") -> tuple[str, str, str]:
        """Return how a thing stands, its tone and its details."""
        phase = progress.phase.value
        if phase == "failed":
            failure = describe_failure(progress.error) if progress.error else Failure("")
            return join_sentences(self.tr("Failed"), failure.summary), "err", failure.text
        if phase == "done":
            return join_sentences(self.tr("Copied"), say(progress.remark)), "ok", ""
        if phase == "unpacking":
            return self.tr("Unpacking"), "", ""
        share = format_share(progress.bytes, progress.size) if progress.bytes else self.tr("Copying")
        if progress.together > 1:
            share = self.tr("{0}, together with %n other(s)", "", progress.together - 1).format(share)
        return share, "", ""

    @Slot(object)
    def _copied(self, result: "tuple[int, dict[Key, UserError]]") -> None:
        copied, errors = result
        self._end()
        text = self.tr("%n thing(s) copied.", "", copied)
        if errors:
            failed = self.tr("%n failed: look again to try these once more.", "", len(errors))
            text = f"{text} {failed}"
            self._task.fail(Failure(text))
            self.ended.emit(text, "err")
        else:
            self._task.succeed(text)
            self.ended.emit(text, "ok")

    @Slot(object)
    def _not_copied(self, error: Exception) -> None:
        self._end()
        failure = describe_failure(error)
        if failure.code == "cancelled":
            self._task.drop()
            self.ended.emit(self.tr("Cancelled. What was copied before stays."), "")
        else:
            self._task.fail(failure)
            self.ended.emit(failure.sentences, "err")

    def _end(self) -> None:
        self.is_active = False
        self._migration = self._plan = None

    def close(self) -> None:
        """End what is under way, because the window does."""
        self.cancel()
