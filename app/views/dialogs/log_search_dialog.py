"""The small dialog that gives a search in logs a name."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.containers.log_searches import LONGEST_NAME, MOST_SAVED, LogQuery, LogSearches
from app.views.dialogs.form_dialog import FormDialog

translate = QCoreApplication.translate


class LogSearchDialog(FormDialog):
    """Asks for the name under which a search is kept, or for another one."""

    def __init__(
        self, searches: LogSearches, query: LogQuery, parent: QWidget | None, old_name: str = ""
    ) -> None:
        """With `old_name` that saved search gets another name."""
        self._searches, self._query, self._old_name = searches, query, old_name
        title = translate("LogSearchDialog", "Save this search")
        action = translate("LogSearchDialog", "Save")
        if old_name:
            title = translate("LogSearchDialog", "Rename {0}").format(old_name)
            action = translate("LogSearchDialog", "Rename")
        super().__init__("log-search", title, self._describe(), ("save", action, "save"), parent)
        self.name_edit = self.add_edit("log-search.name", self.tr("Name"))
        self.name_edit.setMaxLength(LONGEST_NAME)
        self.name_edit.setText(old_name or query.text[:LONGEST_NAME].strip())
        self.name_edit.selectAll()
        self.begin()

    def _describe(self) -> str:
        """Return what is kept, in words."""
        query = self._query
        kind = translate("LogSearchDialog", "Text: {0}")
        if query.is_expression:
            kind = translate("LogSearchDialog", "Regular expression: {0}")
        lines = [kind.format(query.text)]
        if query.source == "stdout":
            lines.append(translate("LogSearchDialog", "In the standard output."))
        elif query.source == "stderr":
            lines.append(translate("LogSearchDialog", "In the standard error."))
        if query.containers:
            names = ", ".join(query.containers)
            lines.append(translate("LogSearchDialog", "In the logs of {0}.").format(names))
        return "\n".join(lines)

    @property
    def name(self) -> str:
        """Return what was typed."""
        return self.name_edit.text().strip()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line, and what is wrong with the name."""
        saved = self._searches.saved
        if self.name in saved and self.name != self._old_name:
            return self.name_edit, self.tr("This name is taken.")
        if not self._old_name and len(saved) >= MOST_SAVED:
            return self.name_edit, self.tr("%n search(es) are saved: remove one first.", "", MOST_SAVED)
        return self.name_edit, ""

    def is_complete(self) -> bool:
        """Return whether there is a name, and another one."""
        return self.name not in ("", self._old_name)

    def send(self) -> None:
        """Keep it."""
        if self._old_name:
            self._searches.rename(self._old_name, self.name)
        else:
            self._searches.save(self.name, self._query)
        self.accept()
