"""The button that has the registries asked for newer images, and what is told of their answers."""

from app.viewmodels.containers.newer_images import Findings, NewerImages
from app.viewmodels.failure import Failure
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import IconButton


class NewerImagesButton(IconButton):
    """Tells in the page's notice. Nobody is asked before it is pressed."""

    def __init__(self, viewmodel: NewerImages, notice: Banner) -> None:
        super().__init__("update", "", "containers.newer")
        self.set_label(self.tr("Look in the registries for newer images"))
        self._viewmodel, self._notice = viewmodel, notice
        self.clicked.connect(self._look)
        viewmodel.looked.connect(self._tell)
        viewmodel.failed.connect(self._tell_failure)

    def _look(self) -> None:
        self._notice.say(self.tr("Asking the registries…"))
        self._viewmodel.look()

    def _tell(self, found: Findings) -> None:
        lines = []
        if found.newer:
            text = self.tr("%n container(s) have a newer image: {0}", "", len(found.newer))
            lines.append(text.format(", ".join(found.newer)))
        elif found.asked:
            lines.append(self.tr("No container has a newer image."))
        elif not found.failures:
            lines.append(self.tr("No container has an image that a registry has told of."))
        lines += [failure.advice for failure in found.failures]
        tone = "warn" if found.failures else "" if found.newer else "ok"
        self._notice.say("\n".join(lines), tone, self.tr("Dismiss"))

    def _tell_failure(self, failure: Failure) -> None:
        self._notice.say(failure.advice, "err", self.tr("Dismiss"))
