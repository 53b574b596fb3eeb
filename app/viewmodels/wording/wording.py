"""Sizes, ages and durations as people read them, in the language of the interface."""

import re
import time

from PySide6.QtCore import QCoreApplication, QLocale, QObject

translate = QCoreApplication.translate

_SOON = 0.1  # seconds: what takes less is told in thousandths
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def format_size(size: int) -> str:
    """Return `size` bytes in decimal units with three digits, as Docker shows them."""
    return QLocale().formattedDataSize(
        size, 1 if size < 10**9 else 2, QLocale.DataSizeFormat.DataSizeSIFormat
    )


class _Ages(QObject):
    """Only QObject.tr is understood as a text with a plural by Qt's tool that collects texts."""

    def text(self, seconds: float) -> str:
        """Return a time span in its largest unit."""
        count = int(seconds // _MINUTE)
        if seconds < _MINUTE:
            return self.tr("just now")
        if seconds < _HOUR:
            return self.tr("%n minute(s) ago", "", count)
        if seconds < _DAY:
            return self.tr("%n hour(s) ago", "", count // 60)
        days = int(seconds // _DAY)
        if days < 60:
            return self.tr("%n day(s) ago", "", days)
        if days < 730:
            return self.tr("%n month(s) ago", "", int(days / 30.4))
        return self.tr("%n year(s) ago", "", int(days / 365.25))


class _Counts(QObject):
    """Numbers in words for whoever is inherited from: `tr` finds no plural of a text that an heir has."""

    def copied_in(self, count: int) -> str:
        """Tell how much was copied in."""
        return self.tr("%n item(s) copied in", "", count)

    def left_out(self, count: int) -> str:
        """Tell how much cannot be on this computer."""
        return self.tr("%n link(s) or special file(s) left out", "", count)

    def deleted(self, count: int) -> str:
        """Tell how much was deleted."""
        return self.tr("%n item(s) deleted", "", count)

    def failed(self, count: int) -> str:
        """Say that a list of failures follows."""
        return self.tr("%n failed:", "", count)


_ages = _Ages()
counts = _Counts()


def join_sentences(*parts: str) -> str:
    """Return the parts that are there as sentences of one line, however each of them ends."""
    *told, last = [part.strip() for part in parts if part.strip()] or [""]
    return translate("Wording", ". ").join([*(part.rstrip(".。") for part in told), last])


def format_age(moment: float, now: float | None = None) -> str:
    """Return how long ago `moment` (Unix seconds) was; "" for 0."""
    if moment <= 0:
        return ""
    return _ages.text(max(0.0, (time.time() if now is None else now) - moment))


_ENGINE_AGE = re.compile(
    r"(?:Less than a second|About an? (?P<about>minute|hour)"
    r"|(?P<count>\d+) (?P<unit>second|minute|hour|day|week|month|year)s?)(?P<ago> ago)?(?P<rest>.*)"
)


class _EngineAges(QObject):
    """Says in the language of the interface what the engine says in English."""

    def text(self, words: str) -> str:
        """Return "healthy, 3 hours" for "3 hours (healthy)"; what is not known stays."""
        match = _ENGINE_AGE.fullmatch(words)
        if match is None:
            return words
        unit = match["about"] or match["unit"]
        if unit is None:
            return self._with_health(self.tr("just now"), match["rest"])
        age = self._count(unit, int(match["count"] or 1))
        if match["ago"]:
            age = self.tr("{0} ago").format(age)
        return self._with_health(age, match["rest"])

    def _count(self, unit: str, count: int) -> str:
        return {
            "second": self.tr("%n second(s)", "", count),
            "minute": self.tr("%n minute(s)", "", count),
            "hour": self.tr("%n hour(s)", "", count),
            "day": self.tr("%n day(s)", "", count),
            "week": self.tr("%n week(s)", "", count),
            "month": self.tr("%n month(s)", "", count),
            "year": self.tr("%n year(s)", "", count),
        }[unit]

    def _with_health(self, age: str, words: str) -> str:
        """Return health and age: where room is short the age may go."""
        known = {
            "(healthy)": self.tr("healthy"),
            "(unhealthy)": self.tr("unhealthy"),
            "(health: starting)": self.tr("health not known yet"),
            "(Paused)": "",  # the state says it
        }
        told = known.get(words.strip(), words.strip())
        return f"{told}, {age}" if told else age


_engine_ages = _EngineAges()


def format_engine_age(words: str) -> str:
    """Return the engine's words for a time span as the interface says them."""
    return _engine_ages.text(words)


def format_duration(seconds: float) -> str:
    """Return a time span: "45 ms", "8.1 s", "2 min 5 s", "3 h 10 min", "4 d 2 h"."""
    if 0 < seconds < _SOON:
        return translate("Wording", "{0} ms").format(max(1, round(seconds * 1000)))
    if seconds < 10:
        return translate("Wording", "{0} s").format(QLocale().toString(seconds, "f", 1))
    whole = int(seconds)
    if whole < _MINUTE:
        return translate("Wording", "{0} s").format(whole)
    if whole < _HOUR:
        return translate("Wording", "{0} min {1} s").format(whole // _MINUTE, whole % _MINUTE)
    if whole < _DAY:
        return translate("Wording", "{0} h {1} min").format(whole // _HOUR, whole % _HOUR // _MINUTE)
    return translate("Wording", "{0} d {1} h").format(whole // _DAY, whole % _DAY // _HOUR)


def format_percent(share: float) -> str:
    """Return "12.3 %"."""
    return translate("Wording", "{0} %").format(QLocale().toString(share, "f", 1))


def format_rate(bytes_per_second: float) -> str:
    """Return "12.0 kB/s"."""
    return translate("Wording", "{0}/s").format(format_size(int(bytes_per_second)))


def format_share(done: int, total: int) -> str:
    """Return "12.0 MB of 48.3 MB", or only what is done while the total is unknown."""
    if total <= 0:
        return format_size(done)
    return translate("Wording", "{0} of {1}").format(format_size(done), format_size(total))
