"""Lists what a report for somebody who helps will hold, before it is written."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel

LISTED = {
    "diagnosis.json": "checks",
    **dict.fromkeys(("system.json", "version.json", "info.json", "qemu.json", "manifest.json"), "versions"),
    **dict.fromkeys(("status.json", "status.txt", "machine.json", "machine.last-good.json"), "state"),
    **dict.fromkeys(("ports.json", "data-disk.json", "accelerator.json"), "state"),
    "disk-usage.json": "sizes",
    **dict.fromkeys(("supervisor.log", "qemu.log", "console.log"), "logs"),
}
"""The names in a report (`vm.diagnosis.bundle`), and by which line of the list each is told."""


class ReportDialog(QDialog):
    """Accepted by who wants to choose a file for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report")
        self.setWindowTitle(self.tr("Save a report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        contents = {
            "checks": self.tr("what the checks have found"),
            "versions": self.tr("versions of Marina, its engine, QEMU and this system"),
            "state": self.tr("the machine's state and settings, and the ports that are open"),
            "sizes": self.tr("what images, containers and volumes take, without their names"),
            "logs": self.tr("the ends of the machine's logs"),
        }
        listed = WrappedLabel("\n".join(f"•  {contents[part]}" for part in dict.fromkeys(LISTED.values())))
        listed.setObjectName("report.contents")
        note = WrappedLabel(
            self.tr(
                "Passwords, tokens, keys, values of variables and the name of your home folder are taken "
                "out; logs may name containers. It is a file on this computer: nothing is sent anywhere."
            ),
            "muted",
        )
        cancel = Button(self.tr("Cancel"), "report.cancel")
        cancel.clicked.connect(self.reject)
        save = Button(self.tr("Choose a file…"), "report.save", "primary", "download")
        save.clicked.connect(self.accept)
        save.setDefault(True)
        self.setLayout(
            dialog_column(
                PlainLabel(self.tr("The report will hold"), "heading"),
                listed,
                note,
                4,
                row(None, cancel, save),
                spacing=10,
            )
        )
        widen(self, 520)
        save.setFocus()
