"""Made by `python -m tests.support.translations`: what services and machine say, as templates."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - Qt's tool looks for this name
    """Mark a text for translation."""
    del context
    return text


# fmt: off
TEMPLATES: tuple[str, ...] = (
    QT_TRANSLATE_NOOP("Services", "1 MB is the most."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A container of this name is here: it stays as it is."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A container that is deleted when it stops cannot be edited"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A container that is removed when it ends cannot start again"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A container with this name exists already"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A debug shell looks at the processes of a running container."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A file in PEM or DER form is needed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A file of this computer cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A folder can be saved as a .tar archive."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A folder of the machine cannot be made."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A name and a tag only: the digest comes with the image."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A name has at least two characters: letters and digits, and . _ - after the first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A name has no spaces."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A name looks like `nginx`, `nginx:1.27` or `registry.example.com:5000/team/app:tag`, in lower case."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A name looks like nginx, nginx:1.27 or registry.example.com:5000/team/app:tag."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A network of this name is here: it stays as it is."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A registry is named like ghcr.io or registry.example.com:5000."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A tag has letters, digits, and . _ - in it, and at most 128 characters."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A tag is missing after the colon."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A volume of this name is here: it stays as it is."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A volume {0} of the engine {1} is backed up in {2} already"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "A whole path is needed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Add your organisation's certificate authority, or name the registry as insecure if it is yours."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "After the @ there must be a digest: sha256: and 64 digits."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "All of them together can have 500 KB."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another container has this address"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another disk is in this folder already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another image here is named {0}, and keeps that name."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another machine answers where Marina's should."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another program holds a socket of the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Another program is called marina"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Ask for it again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Ask them to change it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Ask whoever runs it. If the change is right, remove the engine and add it again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "At least 6 MB are needed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Build in a terminal: docker buildx build --ssh default"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Change the settings and try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check its spelling. Small images have few commands: often there is `sh` but no `bash`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check network, VPN and firewall of this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check that the file is a program for this machine's processor and that it is executable."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check that the socket belongs to a Docker-compatible engine; restart the engine if it does."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the address, and that SSH is allowed there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the disk and the folder's permissions."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the disk of this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the folder's disk and permissions."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the folder's permissions."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the image"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the name and the tag. If the image is private, sign in at its registry."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the network and try again: it goes on there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the network connection and the proxy, then try again. Nothing that was downloaded is lost."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the network connection and the proxy, then try again. What was fetched before is kept."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the permissions of that file and of its folder."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check the settings of the machine, then start it again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check this computer's clock. If it is right, somebody may be holding updates back."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check this computer's network, VPN and name servers, or name a proxy in the settings."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check what the proxy allows, and the name and password with which it is set."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Check what was suspended"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose a .dockerbuild file, or the ZIP that a continuous integration gives it in."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose a .tar archive."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose a folder with a shorter path."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose a port of 1024 or more, for example 8080."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another address of the network, or leave it to the engine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another folder."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another folder: the two would be taken for each other."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another name, or delete that one."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another name, or remove it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another name, or remove that one first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another name, or remove the old container (`marina rm NAME`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another name."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another place: a folder goes onto a folder or where nothing is yet, a file onto a file."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another port of this computer, or stop what uses it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another range, or leave it to the engine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose another tag, or name a platform (`--platform linux/amd64`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose one: the removal at its end (--rm), or a restart policy."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Choose the folder that holds the Dockerfile, or give the file's name."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Close its window and try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Close programs that listen on ports."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Close programs, or give the machine less: memory_mib in machine.json."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Close some programs."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Compose could not be asked"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Compose could not be started"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Compose ended with code {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Compose has lost the engine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Connect to it"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Copy or pull the image, then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Copy the file to a safe place, then try: qemu-img check -r all {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Copy what you have typed, close the file and open it anew."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Correct it, or empty it: marina settings engine_args --empty"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Correct that file, or move it away: docker makes a new one."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Correct the file machine.json."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Correct {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "DOCKER_HOST is set: the docker command talks to another engine, whatever its context is."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Delete images that you no longer need, then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Docker Compose is not installed on this computer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Docker Desktop"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Docker's configuration cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Docker's configuration cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Find the fastest way to run it"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Found here, but not in the machine: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Free some space, or choose another folder."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Free some space, or remove what you do not need: docker system prune."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Free some space, then start again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Free some space: nothing is lost meanwhile."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Free some space: the machine is held, or does not start, until then."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Get new versions from where you got this one."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "If you put another data disk in place on purpose, remove {0} and start again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Import again: what failed is tried again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "In use by {0}: stop that first for a copy of one moment."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Install Marina again, or build the image with `make image`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Install a newer docker-compose-plugin, see {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Install docker-compose-plugin, docker-compose-v2 or docker-compose, or see {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Install it, then try again: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It answers. Containers that mount /run/host-services/ssh-auth.sock may use it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It belongs to a cluster, which would make it anew."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It does not run: it is started with the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It gives back what it does not need while it runs, and when it is stopped."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It goes on."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It has letters, digits and _ . - only, at most 63, the first a letter, a digit or _."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It has one processor: QEMU {0} can crash an emulated machine with more; 8.1 cannot."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It holds no certificate that can be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It holds {0} bytes only."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is in use."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is made at the first start."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is not known where QEMU listens."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is off by {0} s: {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is set every 10 s by the supervisor: restart the machine if this stays."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is {0} {1}, an image of its own."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It is {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It may be very busy. Wait a little; if it stays so, restart the engine (`marina restart`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It may have been deleted, or is on another engine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It refers to other files, or is encrypted."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It runs from its source."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It runs on its own; Marina only works with it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It shows {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It stands in {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It was built without the address and the key of a release repository."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It was deleted. Try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It was made of {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It was not deleted: the container {0} is running"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "It was started with --rm: there would be no way back."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its addresses are in use here: it has others."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its extension Dev Containers must be installed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its files are kept by the driver {0}, which is not here."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its files are kept elsewhere: only its definition is copied."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its images can be pulled by their whole names."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its layout is version {0}, this Marina knows up to {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Its servers are busy. Try again in some minutes."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Known are: {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Leave out the http:// or https://."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Leave the address out, or give one of this computer's own, such as 127.0.0.1."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Leave the address out, or make a network with a range of its own."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Leave the name out to see all: --dry-run shows them."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Let Marina fetch it (`marina scan --fetch IMAGE`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Let Marina find what works: marina settings accelerator auto"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Let it go on first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Line {0} is no variable: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Line {0}, column {1}: this is no JSON ({2})"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Look at the container's log, then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Look at the state, then do it again: marina status."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Looked for docker-compose, version 2 or newer, in the folders of docker's plugins and on PATH."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Make it first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Make room on the disk, or set MARINA_HOME to a folder on another disk of this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina is still in use"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina {0} does not start on this computer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina {0} has no file for this kind of installation"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina's own engine does."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina's own engine does. Elsewhere, mount the volume in a container and look there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Marina's supervisor does not answer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Mend or delete the file, then set up the backups again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Move it away if you do not need it, then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Name a docker context, or write an address: unix:///path/to/docker.sock."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Name a file that `marina data export` wrote."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Name some in machine.json: shared_folders."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Names of images are in lower case."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Names of registries are found"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Neither {0} nor {1} leaves room below {2} bytes."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No button of a walkthrough has made it, so it stays."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No connection: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No container publishes one."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No folder has a path short enough for the machine's sockets."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No folder is shared."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No other engine was found on this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No port is free for the connection to the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No port of this computer is free"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No update is prepared"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "No volume was made."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nobody listens at {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing answers at {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing can be written into {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing was changed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing was changed. Tell Marina's authors."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing was changed. Try again later."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Nothing was changed: this version goes on."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "On this network the engine alone gives addresses: it was made without a range of addresses"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Or hold it in memory: marina pause."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Plug in the disk that it is on, or choose another folder for the backups."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Port {0} of 127.0.0.1 shows the key {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Prepare the data disk"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Published ports are open"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Pull it first (`marina pull NAME`), or check the spelling with `marina images`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Pull it here from its registry."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Put it back from where it went. Do not start before."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Put it back."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Put it back. To start with an empty disk instead, remove {0} first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Put the record back, or, if the disk holds nothing of worth, move {0} away."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU cannot be run: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU cannot use {0}: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU cannot write its memory down: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU crashes under {0} on this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU did not start."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU does not answer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU is another one"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU is installed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU is not installed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "QEMU says {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Rancher Desktop"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Read its memory"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Registries are reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove each of its names, or remove the image with force (`marina rmi -f`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove images and containers that you no longer need (`marina rmi`, `marina rm`), then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove it if you do not need it, then try again: docker rm -f {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove it, or make it yours alone: chmod 700 {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove the container first, or remove the image with force."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Remove the file: a new key is made at the next start."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Restart Marina."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Restart it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Restart the containers that publish them. If that does not help, restart the machine: marina restart."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Restart the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Restart the machine: marina restart."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Save it as a .tar archive instead."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Save it to this computer, and open it there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Scan it again. If it stays so, the scanner does not know this kind of image."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Scan the image again, then save the list."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "See its log: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "See the log: supervisor.log."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "See the log: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Set MARINA_HOME to a folder on a disk of this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Set MARINA_HOME to a folder with a short path."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Sign in at the registry, and give the image a name that is yours there, such as ghcr.io/me/app."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Sign in at the registry, on the page Registries."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Sign in at the registry, or check that your account may read this image."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Single files can still be copied with `docker cp`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Something cannot be mounted at the place that was chosen in the container"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Something went wrong"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start Linux"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it again. If it keeps failing, look at the console log: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it again: no data is lost."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it with `marina start` or the Start button, and try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it, and see that you may use its socket; then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start it. The files of a stopped one are on the Files tab of its page."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start its services"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start over to have a new one."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start ssh-agent and add a key with ssh-add, or build without lending it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start the machine again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start the machine once."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start the proxy, or name another one in the settings under Network."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Start the virtual machine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Starting engine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop it and run it anew with other settings."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop it first, or remove it with force (`marina rm -f`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop that program, or choose another folder with MARINA_HOME."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop the containers that use it, and try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop the machine and start it again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop the other virtual machine that uses it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop the program that listens there, then restart the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Stop what uses it, or choose another port of this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Switch virtualization on in the computer's firmware; on Linux, join the group kvm."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Tell whoever looks after this computer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "That is no name for a container"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The Docker Compose of this computer is too old for this"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The SSH agent is there for containers"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The address of the engine is not valid"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The address of the engine is not valid."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The bundle cannot be written."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The certificates in {0} are not used: {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The certificates in {0} cannot be used"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The change failed, and so did the way back"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The command cannot be executed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The command does not exist in the image"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The command ended with code {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The connection broke"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The connection is opened on its way by a proxy whose certificate the engine does not know. Add the certificate of its authority in the settings, then try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The container ended at once"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The container is kept: look for the name {0} or {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The container {0} does not run"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The container {0} is not running"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The container {0} is paused"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk cannot be worked on: “qemu-img {0}” failed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk does not answer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk has no record."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk is damaged."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk is in use by another program."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk is missing."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk is sound"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data disk was made by a newer Marina."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The data is in this folder already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The disk of this computer is full, so the containers are held."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The disk of this computer is full."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The docker command is free to reach it"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The download is not what was signed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The download of {0} was interrupted"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine answers"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine could not do that"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine does not answer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine does not answer: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine does not understand its arguments."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine has {0} of them."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine is not running"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine refused that"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine sent another image under its name."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine's answer makes no sense"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The engine's disk is full"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file cannot be written."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file exists already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file is no data disk of Marina."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file is there already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file {0} is too large for variables"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The file {0} with variables cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The files cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The fixed settings in {0} are not used: {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The folder cannot be packed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The folder holds more than can be shown"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The folder {0} is not shared: {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The folder {0} is not there"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The folder's path is too long for the machine's sockets."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The former version goes on."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The image has several names"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The image is used by a container"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The image of {0} is not here"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list is made by the scanner, from what it found before."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list of engines cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list of packages could not be made"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list of releases cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list of releases is out of date"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The list of vulnerabilities could not be fetched"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log driver {0} has no option {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option compress must be \"true\" or \"false\", as a text"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option compress needs max-size, and a max-file of 2 at least"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option max-buffer-size must be a size such as \"4m\", with the mode non-blocking"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option max-file must be a text such as \"3\", from 1 to {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option max-size must be a size such as \"10m\""),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option mode must be blocking or non-blocking"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The log option {0} is no regular expression"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine cannot be paused."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine cannot be suspended."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine could not start: {0} failed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine did not come up: “{0}” took longer than {1} s."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine did not start."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not carry out a command."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not do what was asked."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not go on."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not run, or is held."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not run."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine does not start with the settings in {0}: {1} Using the last good ones."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine is not connected yet."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine is not the one known here."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine is reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine is {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine of this computer cannot be removed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine runs without hardware acceleration and is slow"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine was started anew instead of going on: {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's QEMU is gone."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's SSH key cannot be read."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's clock is right"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's folder cannot be locked, and two machines at once would destroy its disk."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's identity cannot be read."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's identity is not known."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's image is not complete."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's image is whole"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's run folder is not safe."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's settings are not valid."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The machine's supervisor ended without an answer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The name is too long: at most 255 characters."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The name of the engine is not valid"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The name of the image is missing."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The old backup {0} cannot be deleted"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The options are nested too deeply"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The options are too long"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The options must be an object: {\"name\": value, …}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The plan for backups is not valid"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The plans for backups cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The plans for backups cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The port is taken by another container or program"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The port is taken: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The processor helps"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The proxy is reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The proxy looks names up."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The proxy {0} cannot be reached: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The range of addresses is used by another network, or by the engine's own"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry does not let you pull {0} without signing in"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry does not let you push {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry has no image {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry limits how often you may pull, and the limit is reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry limits how often you may pull: the next pull is possible in {0} minutes"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry of {0} cannot be reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry {0} offers no search"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The registry's certificate is not trusted, or the registry does not speak HTTPS"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The release is not complete"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The result of the scan could not be kept"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The scanner could not read {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The scanner has no list of vulnerabilities yet"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The scanner is not on this engine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The secret {0} cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The secrets are too large"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The server offers something older than what was seen before"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The setting cannot be kept"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The setting engine_args is: {0}\n{1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The setting {0} is fixed by {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The setting {0} that is fixed in {1} is not used: {2}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The settings are valid"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The settings ask for it, but it belongs to another system. Here there is {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The settings ask for {0}. Let Marina find what works: marina settings accelerator auto"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The settings cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The settings in {0} are not valid: {1}. Using {2}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The shared folder {0} cannot be used: {1}. Containers find nothing there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The shared folders are there"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The sign-in cannot be kept"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The socket for Docker clients cannot be made."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The start at login cannot be removed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The start at login cannot be set up"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor answers"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor ended before the work was done."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor hands names on to this computer's resolver: restart the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor refused."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor's answer cannot be read."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The supervisor's socket cannot be made."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update cannot be kept on this computer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update cannot be put in place"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update cannot be unpacked"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update is not the version that it is said to be"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update server cannot be trusted"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The update server does not answer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The virtual machine ended while it started."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The virtual machine has ended unexpectedly."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The virtual machine runs"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The volume is as it was."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The volume {0} could not be read whole"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The work failed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "The work was called off."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There are: {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is a snapshot “{0}” already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is a volume {0} already"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is an empty part between two slashes."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is an engine named {0} already"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is another container called {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no SSH agent on this computer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no container {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no data disk yet."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no engine named {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no former version to go back to"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no image {0} on this machine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no option {0}; there are {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no snapshot “{0}”."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no such file"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no such file."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no such folder."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no volume {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no {0} in {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is no {0} {1} there"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is none, so containers that ask for it are refused: {0} If you have one: run `marina start` in the terminal where SSH_AUTH_SOCK is set."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "There is not enough space."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This Marina does not know where updates come from"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This Marina has no program for the command line"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This Marina runs from its source"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This cannot be the name of a snapshot."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer does not find {0}: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer does not have the address that the port was to be opened on"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer does not let you use a port below 1024"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer has memory"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer has no accelerator called {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This computer's disk has space"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This engine does not ask registries for tags"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This engine does not look into volumes"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This engine does not tell the files of a layer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This engine takes no SSH agent from the window"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "This image has no shell to list its files with"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "To fetch one: marina update"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "To go on: marina resume"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again without the arguments of your settings: marina settings engine_args --empty"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again, or restart it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again. If it fails again, restart the engine (`marina restart`)."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again. If it keeps failing, look at the console log."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again. If the engine has stopped, start it with `marina start`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again: layers that are complete are kept."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Try again; its log is supervisor.log in Marina's data folder."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Type the name of an image, for example nginx:1.27."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Unset DOCKER_HOST to reach Marina by `marina docker-context --use`."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Update Marina and restart it."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Update Marina."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Update it as you got it: git pull"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Use `python -m app.cli` there, or install Marina."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Visual Studio Code could not be started"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Visual Studio Code did not open the container"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Wait a while, or sign in at the registry: signed-in users may pull more often."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Wait for the engine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Wait so long, or sign in at the registry: signed-in users may pull more often."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Waiting for the port"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "What it had done stays. Start it again: it goes on from there."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "What it needs did not arrive: {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "What it wrote outside of volumes stays there: make an image of it first to keep that."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Where terminals find marina cannot be changed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Whether the window opens at login cannot be changed"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Windows has names of letters, not of bytes"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "With these settings it ends at once, with exit code {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Write a number such as 0.5 or 2."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Write a size such as 512m or 2g."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Write each variable on a line of its own as NAME=value."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Write it as node, 1000, or 1000:1000 with a group."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "Write unix:///path, ssh://user@host or tcp://host:port with the folder of its TLS files."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "You have paused the machine."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "`marina engine list` shows them."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "`qemu-img {0}` took more than {1} s."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "a new connection and a command took {0} s; load and memory: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "answered within {0} ms at {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "found: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "host key: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "no connection to the machine"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "none is set"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "port {0} of 127.0.0.1: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "process {0}, the machine is {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "process {0}, {1}, {2} MB"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "reached from the machine: {0}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "tar ended with code {0}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "the machine has not come so far that it could be reached"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "the machine is not connected yet"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "the machine's command failed with status {0}: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "version {0} in {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "within 2 s of this computer's"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{\"max-size\": \"10m\"}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{\"nofile\": {\"Soft\": 1024, \"Hard\": 4096}}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} GiB are free in {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} GiB of {1} GiB"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} MB are free in {1}, {2} MB are needed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} MB are free in {1}; the machine goes on by itself at {2} MB."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} MB are needed in {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} MB of {1} MB are free"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} belongs to another user or can be written by others."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} belongs to it and stays."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be imported"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be opened"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be opened: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be reached from the machine: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be read"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be understood"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} cannot be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} containers run and would lose their connections: stop them first."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} corruptions, {1} errors."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} could not be copied"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} could not be deleted"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} could not be written"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} did not arrive as it is there"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} does not answer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} does not answer."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} does not exist for this machine's processor"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} does not run"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} does not say {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} ended with code {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has a setting of its own: {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has been changed meanwhile"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has letters that stand for others on Windows"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has no {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has {1} bytes, {2} are allowed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} has {1} bytes, {2} are right."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} held your images, containers and volumes when the machine last ran."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} holds more than {1} MB"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} holds more than {1} files and folders"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is another user's"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is busy"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is chosen by the machine, which would not find its engine otherwise"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is damaged: its SHA-256 is {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is empty"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is missing or not readable."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is missing."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no archive that can be unpacked"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no compose file"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no folder"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no machine of this computer"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no plain file"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no port"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no registry's name"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is no text"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not a plain file"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not in the repository."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not on a drive"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not on a drive with a letter"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not the name of an image"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is not there"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is the name of a device on Windows"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is there twice"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is there, but {1} is not, or cannot be read."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} is too large to be shown"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a list of texts"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a list such as {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a number from 0 to {1}, not {2}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a size such as \"64m\""),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a text"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be a whole number from {1} to {2}, not {3}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be addresses, not {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be an object of texts such as {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be an object such as {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be http://host:port, empty for none, or {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be one of {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be one of {1}, not {2}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be true or false"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be true or false, not {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must be whole paths, not {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} must not hold line breaks"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} needs a value"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} needs its password: add it to the agent with ssh-add"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} processors, {1} MiB, a disk of {2} GiB at most"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} programs in containers speak to the SSH agent already."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} shows another key than when it was added."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} was not accepted"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} was not made here"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} was written, but cannot be read back"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} {1} did not answer with a JSON array"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} {1} did not answer with a JSON object"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0} {1}: no answer within {2} s"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}, and tcg, which is slow"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}, in use"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: Soft must not be more than Hard for {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: letters, digits, `.`, `_` and `-` are allowed, the first two to begin with."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: no answer to connecting"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: none is known for {1}."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: the size must be from {1} to {2} for {3}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: there is no limit {1}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: your data is as it was before, or as it was to be."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: {1} MB are free, {2} MB are needed."),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}: {1} is no IPv4 network such as 10.200.0.0/16"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}:{1} cannot be opened: {2}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "{0}@{1} does not let us in: {2}"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "“{0}” is not a host name"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "“{0}” is not a number of processors"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "“{0}” is not a size"),  # noqa: E501
    QT_TRANSLATE_NOOP("Services", "“{0}” is not a user"),  # noqa: E501
)
