"""The bell of one window: its unread mark, its panel, how many tasks run, and where a notice leads."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.viewmodels.frame.notifications import Notice
from app.viewmodels.wording.wording import join_sentences
from app.views.widgets.announcement import announce
from app.views.widgets.frame.notice_panel import NoticePanel

if TYPE_CHECKING:
    from app.views.main_window import MainWindow


class Bell(QObject):
    """Joins the header's bell, the panel and the pages."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._notices = window.desktop.notifications
        self._tasks = window.desktop.tasks
        self.panel = NoticePanel(self._notices, self._tasks, window)
        self.panel.chosen.connect(self.go_to)
        self.panel.settings_requested.connect(lambda: window.show_page("settings"))
        window.header.bell_pressed.connect(self.open)
        window.footer.tasks.clicked.connect(self.open)
        self._tasks.changed.connect(self._count)
        self._notices.changed.connect(self._mark)
        self._notices.added.connect(self._announce)

    @Slot()
    def open(self) -> None:
        """Show what goes on, and the notices."""
        self.panel.open_below(self._window.header.bell)

    def go_to(self, notice: Notice) -> None:
        """Show what a notice is about."""
        if notice.place == "container":
            self._window.show_page("containers")
            self._window.containers.show_container(notice.target)
        elif notice.place == "import":
            self._window.import_from_engine()
        elif notice.place == "settings" and notice.target:
            self._window.quick.show_setting(notice.target)
        elif notice.place:
            self._window.show_page(notice.place)

    @Slot(object)
    def _announce(self, notice: Notice) -> None:
        announce(self._window, join_sentences(notice.title, notice.text), is_urgent=notice.tone == "err")

    @Slot()
    def _count(self) -> None:
        self._window.footer.show_tasks(len(self._tasks.running))

    def _mark(self) -> None:
        self._window.header.show_unread(self._notices.unread)
