"""Images in the window: pulled from a registry with progress, named, saved, removed, loaded, pushed."""

import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.images.pull_image import PullView
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar
from tests.window.hands import Hands

Save = Callable[[QWidget, str], None]


def test_an_image_goes_from_a_registry_to_a_file_and_back(
    hands: Hands, engine: NativeEngine, registry: Registry, tmp_path: Path, save_picture: Save
) -> None:
    layers = [
        busybox_layer(),
        *(layer_tar([Entry(f"part{n}", secrets.token_bytes(3_000_000))]) for n in "12"),
    ]
    reference = registry.push("team/offered", "1", build_image(layers))
    hands.show("images")
    table = hands.window.images.list
    seen: list[PullView] = []
    hands.desktop.pull.progressed.connect(seen.append)
    hands.press("images.pull")
    hands.write("pull.name", reference)
    hands.press("pull.start")
    hands.wait_for_text("pull.done", f"{reference} is on this machine.")
    hands.desktop.pull.progressed.disconnect(seen.append)
    save_picture(hands.see(QWidget, "pull"), "pull")
    hands.press("pull.close")
    assert seen[-1].percent == 100
    assert len(seen[-1].layers) == 3
    assert all(layer.is_done for layer in seen[-1].layers)

    other = f"{registry.address}/team/named:2"
    hands.choose(table, reference, "tag")
    hands.write("tag-image.name", other)
    hands.press("tag-image.create")
    hands.row_of(table, other)
    hands.choose(table, other, "push")
    hands.wait_for_text("images.transfer.text", f"{other} is in its registry.")
    save_picture(hands.window, "images-pushed")
    hands.press("images.transfer.button")

    target = tmp_path / "offered.tar"
    hands.choose(table, reference, "save")
    hands.pick_file("images.save.file", target)
    hands.wait_for_text("images.transfer.text", "was saved.")
    hands.press("images.transfer.button")
    for name in (reference, other):
        hands.press_action(table, name, "delete")
        hands.press("images.delete.confirm")
        hands.wait_for_end(table, name)
    assert engine.request("GET", f"/images/{reference}/json").status == 404
    hands.press("images.load")
    hands.pick_file("images.load.file", target)
    hands.wait_for_text("images.transfer.text", "offered.tar was loaded.")
    hands.row_of(table, reference)
    hands.press("images.transfer.button")
    assert engine.docker("run", "--rm", reference, "ls", "/part2").stdout == b"/part2\n"


def test_a_tag_is_chosen_from_those_that_the_registry_has(
    hands: Hands, registry: Registry, save_picture: Save
) -> None:
    image = build_image([busybox_layer()])
    for tag in ("alpine", "1.9", "1.27", "latest"):
        name = registry.push("team/tagged", tag, image)
    repository = name.rpartition(":")[0]
    hands.show("images")
    hands.press("images.pull")
    hands.write("pull.name", repository)
    hands.press("pull.tags.show")
    hands.wait_for_text("pull.tags.told", "4 tags")
    save_picture(hands.see(QWidget, "pull"), "pull-tags")
    hands.type(hands.see(QLineEdit, "pull.tags.filter"), "1.")
    hands.wait_for_text("pull.tags.told", "2 of 4 tags")
    QTest.keyClick(hands.see(QLineEdit, "pull.tags.filter"), Qt.Key.Key_Return)
    assert hands.see(QLineEdit, "pull.name").text() == f"{repository}:1.27"
    hands.press("pull.start")
    hands.wait_for_text("pull.done", f"{repository}:1.27 is on this machine.")
    hands.press("pull.close")


def test_what_no_registry_has_is_told(hands: Hands, registry: Registry, save_picture: Save) -> None:
    hands.show("images")
    hands.press("images.pull")
    hands.write("pull.name", f"{registry.address}/team/nothing:1")
    hands.press("pull.start")
    hands.wait_for_text("pull.failure.summary", "team/nothing:1")
    save_picture(hands.see(QWidget, "pull"), "pull-failed")
    hands.press("pull.close")
