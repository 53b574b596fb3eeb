"""What services and machine say: all of it is known to the window, and translated."""

import re
import xml.etree.ElementTree as ElementTree

from app.viewmodels.wording.service_templates import TEMPLATES
from tests.support.service_templates import ROOT, TARGET, collect_templates, write_module

HOW = "run `python -m tests.support.translations`, translate what is new in marina_zh_CN.ts, run it again"


def test_all_texts_are_known() -> None:
    assert TARGET.read_text("utf-8") == write_module(), HOW


def test_all_texts_are_translated() -> None:
    root = ElementTree.parse(ROOT / "resources" / "translations" / "marina_zh_CN.ts").getroot()
    context = next(c for c in root.iter("context") if c.findtext("name") == "Services")
    told = {}
    for message in context.iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.get("type") is None:
            told[message.findtext("source")] = translation.text or ""
    assert [text for text in TEMPLATES if not told.get(text)] == [], HOW
    for text in TEMPLATES:
        assert sorted(re.findall(r"\{\d\}", text)) == sorted(re.findall(r"\{\d\}", told[text])), text


def test_what_people_read_is_among_them() -> None:
    found = collect_templates()
    for text in (
        "The data disk is missing.",  # of the machine
        "{0} MB are free in {1}, {2} MB are needed.",
        "The port is taken: {0}",  # of a rule about the engine's refusals
        "Docker Compose is not installed on this computer",
        "{0} is no registry's name",
        "The machine's clock is right",  # of a check
        "process {0}, the machine is {1}",
    ):
        assert text in found
    assert not [text for text in found if "HTTP/1.1" in text or "\\d" in text]
