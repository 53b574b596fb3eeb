"""An engine that is killed while the window shows its lists: they stay, and all comes back by itself."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.views.widgets.log.log_view import LogView
from tests.support.native_engine import NativeEngine
from tests.window.hands import Hands, names

Save = Callable[[QWidget, str], None]
READY = ("busybox", "sh", "-c", "echo ready; exec sleep 1000000")


def test_lists_stay_and_all_comes_back(hands: Hands, engine: NativeEngine, save_picture: Save) -> None:
    table = hands.window.containers.list
    engine.docker("run", "-d", "--name", "kept", *READY)
    hands.row_of(table, "kept")
    engine.kill()
    hands.wait(lambda: not hands.desktop.view.can_be_used, "the loss is not seen")
    hands.wait(lambda: not table.isEnabled(), "the list can still be used")
    assert table.isVisible()
    assert names(table) == ["kept"]
    save_picture(hands.window, "lost")
    engine.start()
    hands.wait(lambda: hands.desktop.view.can_be_used and table.isEnabled(), "the engine is not found again")
    engine.docker("rename", "kept", "renamed")
    engine.docker("run", "-d", "--name", "later", "busybox", "sleep", "1000000")
    hands.wait(lambda: sorted(names(table)) == ["later", "renamed"], lambda: str(names(table)))
    hands.wait(lambda: hands.desktop.containers.running == 2)
    save_picture(hands.window, "back")


def test_a_log_that_is_followed_goes_on(hands: Hands, engine: NativeEngine, save_picture: Save) -> None:
    made = engine.docker("run", "-d", "--name", "kept", *READY)
    hands.row_of(hands.window.containers.list, "kept")
    hands.window.containers.show_container(made.stdout.decode().strip(), "logs")
    log = hands.see(LogView, "containers.logs.text")
    hands.wait(lambda: log.all_text() == "ready", log.all_text)
    engine.kill()
    hands.wait(lambda: not hands.desktop.view.can_be_used, "the loss is not seen")
    hands.wait_for_text("containers.logs.banner.text", "goes on by itself")
    assert log.all_text() == "ready", "what was read stays"
    save_picture(hands.window, "lost-log")
    engine.start()
    engine.docker("exec", "kept", "sh", "-c", "echo again >/proc/1/fd/1")
    hands.wait(lambda: log.all_text() == "ready\nagain", log.all_text)
    save_picture(hands.window, "back-log")
