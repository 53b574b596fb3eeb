"""The dialogs by name, and how each is made over the demo: for what must hold in all of them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog

from app.viewmodels.images.builds import BuildForm
from app.views.dialogs.about_dialog import AboutDialog
from app.views.dialogs.add_engine_dialog import AddEngineDialog
from app.views.dialogs.backup_volume_dialog import BackupVolumeDialog
from app.views.dialogs.build_dialog import BuildDialog
from app.views.dialogs.clone_volume_dialog import CloneVolumeDialog
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.connect_container_dialog import ConnectContainerDialog
from app.views.dialogs.create_dialog import CreateNetworkDialog, CreateVolumeDialog
from app.views.dialogs.edit_container_dialog import EditContainerDialog
from app.views.dialogs.factory_reset_dialog import FactoryResetDialog
from app.views.dialogs.import_dialog import ImportDialog
from app.views.dialogs.keys_dialog import KeysDialog
from app.views.dialogs.quit_dialog import QuitDialog
from app.views.dialogs.rename_container_dialog import RenameContainerDialog
from app.views.dialogs.report_dialog import ReportDialog
from app.views.dialogs.save_as_image_dialog import SaveAsImageDialog
from app.views.dialogs.search_images_dialog import SearchImagesDialog
from app.views.dialogs.sign_in_dialog import SignInDialog
from app.views.dialogs.snapshot_dialog import SnapshotDialog
from app.views.dialogs.tag_image_dialog import TagImageDialog
from app.views.dialogs.uninstall_dialog import UninstallDialog
from app.views.main_window import MainWindow
from tests.ui.helpers import find


def _run(window: MainWindow) -> QDialog:
    window.run_image("nginx:1.27")
    return find(window, QDialog, "run")


def _pull(window: MainWindow) -> QDialog:
    window.pull_image("mysql:9")
    return find(window, QDialog, "pull")


def _edit(window: MainWindow) -> QDialog:
    row = next(row for row in window.desktop.containers.table.rows if row.name == "scratch")
    return EditContainerDialog(window.desktop.inside.open_edit(row.key), row.name, window)


DIALOGS: dict[str, Callable[[MainWindow], QDialog]] = {
    "run": _run,
    "pull": _pull,
    "build": lambda window: BuildDialog(window.desktop.builds, BuildForm(str(Path.cwd())), window),
    "create-volume": lambda window: CreateVolumeDialog(window.desktop.volumes, window),
    "create-network": lambda window: CreateNetworkDialog(window.desktop.networks, window),
    "clone-volume": lambda window: CloneVolumeDialog(
        window.desktop.volumes, window.desktop.volumes.table.rows[0], window
    ),
    "rename-container": lambda window: RenameContainerDialog(
        window.desktop.containers, window.desktop.containers.table.rows[0], window
    ),
    "save-as-image": lambda window: SaveAsImageDialog(
        window.desktop.containers, window.desktop.containers.table.rows[0], window
    ),
    "edit": _edit,
    "tag-image": lambda window: TagImageDialog(
        window.desktop.images, window.desktop.images.table.rows[0], window
    ),
    "import": lambda window: ImportDialog(window.desktop.migration, window),
    "snapshot": lambda window: SnapshotDialog(window.desktop.machine_data, window),
    "add-engine": lambda window: AddEngineDialog(window.desktop.engines, window),
    "image-search": lambda window: SearchImagesDialog(window.desktop.open_image_search(), "", window),
    "about": lambda window: AboutDialog(window.desktop.about, "0.0-demo", window),
    "sign-in": lambda window: SignInDialog(window.desktop.registries, "", window),
    "backup-volume": lambda window: BackupVolumeDialog(window.desktop.backups, "data", window),
    "connect-container": lambda window: ConnectContainerDialog(
        window.desktop.networks, window.desktop.networks.table.rows[0], [("web", "1")], window
    ),
    "keys": lambda window: KeysDialog(window.page_keys, window),
    "report": lambda window: ReportDialog(window),
    "factory-reset": lambda window: FactoryResetDialog(window.desktop.machine_data, window),
    "uninstall": lambda window: UninstallDialog(window.desktop.uninstall, window),
    "quit": lambda window: QuitDialog(3, window),
    "ask": lambda window: ConfirmDeleteDialog(
        "ask", "Delete?", ["web"], "It is gone then.", [("force", "Also when it runs", False)], window
    ),
}
