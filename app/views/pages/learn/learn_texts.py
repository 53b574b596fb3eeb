"""What the walkthroughs say, by their keys and their steps'."""

from PySide6.QtCore import QObject


class LearnTexts(QObject):
    """Only QObject.tr is collected by Qt's tool: so the texts are asked of an object."""

    def lesson(self, key: str) -> tuple[str, str]:
        """Return a walkthrough's title and what it is about."""
        return {
            "run": (
                self.tr("Run a container"),
                self.tr("Start a web server from an image, see its page, stop it and remove it."),
            ),
            "logs": (
                self.tr("Find out why a container ended"),
                self.tr("One fails at its start: its state and its log say why."),
            ),
            "files": (
                self.tr("Change a file in a container"),
                self.tr("What is changed lives as long as the container: the image stays as it is."),
            ),
            "build": (
                self.tr("Build an image of your own"),
                self.tr("A Dockerfile puts a page of yours on top of another image."),
            ),
            "volume": (
                self.tr("Keep data in a volume"),
                self.tr("Containers come and go. What lies in a volume is there for the next one."),
            ),
            "compose": (
                self.tr("Several containers with Compose"),
                self.tr("One file describes a web server and its visitor, one command starts both."),
            ),
        }[key]

    def step(self, lesson: str, key: str) -> tuple[str, str, str]:
        """Return a step's title, what happens in it, and the words on its button."""
        return {
            "run": self._run,
            "logs": self._logs,
            "files": self._files,
            "build": self._build,
            "volume": self._volume,
            "compose": self._compose,
        }[lesson]()[key]

    def _run(self) -> dict[str, tuple[str, str, str]]:
        return {
            "start": (
                self.tr("Start a web server"),
                self.tr(
                    "A container is made from an image and runs on its own (-d). Its port 80 is put on a "
                    "port of this computer (-p)."
                ),
                self.tr("Run it"),
            ),
            "open": (
                self.tr("Look at its page"),
                self.tr("The page comes out of the container. Each visit is a line of its log."),
                self.tr("Open the page"),
            ),
            "stop": (
                self.tr("Stop it"),
                self.tr("Its processes end; its files stay, and it could be started again."),
                self.tr("Stop it"),
            ),
            "remove": (
                self.tr("Remove it"),
                self.tr("Now its files are gone, too. The image stays: the next start takes no download."),
                self.tr("Remove it"),
            ),
        }

    def _logs(self) -> dict[str, tuple[str, str, str]]:
        return {
            "start": (
                self.tr("Run something that fails"),
                self.tr("This container does not find its configuration and ends with code 3."),
                self.tr("Run it"),
            ),
            "state": (
                self.tr("See its state"),
                self.tr("A container that has ended is still listed, with its exit code in brackets."),
                self.tr("Show it"),
            ),
            "log": (
                self.tr("Read its log"),
                self.tr("What its processes wrote is kept until the container is removed."),
                self.tr("Show the log"),
            ),
            "mend": (
                self.tr("Do it right"),
                self.tr("With an environment variable (-e) it has what it looked for."),
                self.tr("Run it again"),
            ),
            "remove": (
                self.tr("Clean up"),
                self.tr("-f stops a container that runs before it is removed."),
                self.tr("Remove it"),
            ),
        }

    def _files(self) -> dict[str, tuple[str, str, str]]:
        return {
            "start": (
                self.tr("Start a web server"),
                self.tr("As in the first walkthrough."),
                self.tr("Run it"),
            ),
            "change": (
                self.tr("Change its page"),
                self.tr("A command is run inside the container and writes the file anew."),
                self.tr("Change the page"),
            ),
            "open": (
                self.tr("Look at the page"),
                self.tr("It says hello from you."),
                self.tr("Open the page"),
            ),
            "diff": (
                self.tr("See what was changed"),
                self.tr("A container knows what differs from its image: C is changed, A added, D deleted."),
                self.tr("Show changes"),
            ),
            "anew": (
                self.tr("Make a new one"),
                self.tr("A new container of the same image knows nothing of the change."),
                self.tr("Run a new one"),
            ),
            "remove": (
                self.tr("Clean up"),
                self.tr("To keep a change, build an image or use a volume: the next walkthroughs do."),
                self.tr("Remove it"),
            ),
        }

    def _build(self) -> dict[str, tuple[str, str, str]]:
        return {
            "write": (
                self.tr("Write a Dockerfile"),
                self.tr("Two files in a folder: the page, and how the image is made of it."),
                self.tr("Write the files"),
            ),
            "build": (
                self.tr("Build the image"),
                self.tr("Each line of the Dockerfile is a step, and a layer of the image."),
                self.tr("Build it"),
            ),
            "start": (
                self.tr("Run it"),
                self.tr("A container of your own image."),
                self.tr("Run it"),
            ),
            "open": (
                self.tr("Look at the page"),
                self.tr("It is yours, in every container of this image."),
                self.tr("Open the page"),
            ),
            "remove": (
                self.tr("Clean up"),
                self.tr("First the container, then the image that it was made from."),
                self.tr("Remove both"),
            ),
        }

    def _volume(self) -> dict[str, tuple[str, str, str]]:
        return {
            "create": (
                self.tr("Create a volume"),
                self.tr("A volume is a folder that the engine keeps apart from all containers."),
                self.tr("Create it"),
            ),
            "write": (
                self.tr("Write into it"),
                self.tr("The volume lies at /data in this container (-v), which writes a note and ends."),
                self.tr("Write a note"),
            ),
            "read": (
                self.tr("Read it in another container"),
                self.tr("The first container is removed. The second one finds the note."),
                self.tr("Read the note"),
            ),
            "remove": (
                self.tr("Clean up"),
                self.tr("Removing a volume removes its data: the engine refuses while a container uses it."),
                self.tr("Remove both"),
            ),
        }

    def _compose(self) -> dict[str, tuple[str, str, str]]:
        return {
            "write": (
                self.tr("Write a compose file"),
                self.tr("Two services of one image: a web server, and a visitor that calls it by name."),
                self.tr("Write the file"),
            ),
            "up": (
                self.tr("Start both"),
                self.tr("Compose makes a network and both containers in it."),
                self.tr("Start them"),
            ),
            "open": (
                self.tr("Look at the page"),
                self.tr("The web server's port is on this computer, as the file says."),
                self.tr("Open the page"),
            ),
            "logs": (
                self.tr("Read both logs"),
                self.tr("The visitor tells that it found the page at http://web/."),
                self.tr("Show logs"),
            ),
            "down": (
                self.tr("Clean up"),
                self.tr("Containers and network go; the file stays."),
                self.tr("Remove all"),
            ),
        }
