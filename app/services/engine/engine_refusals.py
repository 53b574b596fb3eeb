"""The table that makes plain sentences out of the engine's refusals."""

import re
from dataclasses import dataclass

from app.services.errors import EngineRequestError, ErrorCode, Task, UserError

VAGUE = "The engine refused that"
"""What is said where the table knows nothing: the engine's own words belong beside it."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of the table: an expression looked for in the engine's message, and what to say."""

    pattern: str
    code: ErrorCode
    summary: str
    what_to_do: str
    statuses: tuple[int, ...] = ()
    tasks: tuple[Task, ...] = tuple(Task)


# The first rule that fits wins: the special before the general. `{subject}` is what the caller worked on;
# named groups of the pattern fill in the rest.
_RULES: tuple[_Rule, ...] = (
    _Rule(
        r"no space left on device|disk (?:is )?full|free on the disk|quota exceeded",
        ErrorCode.DISK_FULL,
        "The engine's disk is full",
        "Remove images and containers that you no longer need (`marina rmi`, `marina rm`), then try again.",
    ),
    _Rule(
        r"status code \d+: (?P<registry>\S+) offers no search",
        ErrorCode.OTHER,
        "The registry {registry} offers no search",
        "Its images can be pulled by their whole names.",
    ),
    _Rule(
        r"^address already in use$",
        ErrorCode.BAD_INPUT,
        "Another container has this address",
        "Choose another address of the network, or leave it to the engine.",
        (403,),
    ),
    _Rule(
        r"pool overlaps",
        ErrorCode.BAD_INPUT,
        "The range of addresses is used by another network, or by the engine's own",
        "Choose another range, or leave it to the engine.",
        (403,),
    ),
    _Rule(
        r"only when connecting to networks with user configured subnets",
        ErrorCode.BAD_INPUT,
        "On this network the engine alone gives addresses: it was made without a range of addresses",
        "Leave the address out, or make a network with a range of its own.",
    ),
    _Rule(
        r"(?:port is already allocated|address already in use)[:\s]*(?P<holder>\S*\s*is in use by [^\n]+)",
        ErrorCode.PORT_TAKEN,
        "The port is taken: {holder}",
        "Stop what uses it, or choose another port of this computer.",
    ),
    _Rule(
        r"port is already allocated|address already in use|ports are not available",
        ErrorCode.PORT_TAKEN,
        "The port is taken by another container or program",
        "Choose another port of this computer, or stop what uses it.",
    ),
    _Rule(
        r"(?:bind|listen|port)[^\n]*permission denied|privileged port",
        ErrorCode.PORT_PRIVILEGED,
        "This computer does not let you use a port below 1024",
        "Choose a port of 1024 or more, for example 8080.",
    ),
    _Rule(
        r"get (?P<name>\S+): no such volume",
        ErrorCode.BAD_INPUT,
        "There is no volume {name}",
        "`docker volume ls` lists them, and so does the window.",
        (404,),
    ),
    _Rule(
        r"invalid container name",
        ErrorCode.BAD_INPUT,
        "That is no name for a container",
        "A name has at least two characters: letters and digits, and . _ - after the first.",
    ),
    _Rule(
        r"cannot assign requested address",
        ErrorCode.BAD_INPUT,
        "This computer does not have the address that the port was to be opened on",
        "Leave the address out, or give one of this computer's own, such as 127.0.0.1.",
    ),
    _Rule(
        r"container name \"/?(?P<name>[^\"]+)\" is already in use|name (?:is )?already in use",
        ErrorCode.NAME_TAKEN,
        "A container with this name exists already",
        "Choose another name, or remove the old container (`marina rm NAME`).",
        (409, 400, 500),
    ),
    _Rule(
        r"(?:toomanyrequests|too many requests|rate limit)[^\n]*try again in (?P<minutes>\d+) minutes",
        ErrorCode.PULL_RATE_LIMIT,
        "The registry limits how often you may pull: the next pull is possible in {minutes} minutes",
        "Wait so long, or sign in at the registry: signed-in users may pull more often.",
    ),
    _Rule(
        r"toomanyrequests|too many requests|rate limit",
        ErrorCode.PULL_RATE_LIMIT,
        "The registry limits how often you may pull, and the limit is reached",
        "Wait a while, or sign in at the registry: signed-in users may pull more often.",
    ),
    _Rule(
        r"no matching manifest|no match for platform|does not match the (?:specified|detected) platform",
        ErrorCode.PULL_WRONG_PLATFORM,
        "{subject} does not exist for this machine's processor",
        "Choose another tag, or name a platform (`--platform linux/amd64`).",
    ),
    _Rule(
        r"x509|certificate|tls:|ssl\w*error|\[ssl: |server gave HTTP response to HTTPS client",
        ErrorCode.PULL_TLS,
        "The registry's certificate is not trusted, or the registry does not speak HTTPS",
        "Add your organisation's certificate authority, or name the registry as insecure if it is yours.",
        tasks=(Task.PULL, Task.RUN),
    ),
    _Rule(
        r"no such host|name resolution|temporary failure in name|network is unreachable|no route to host"
        r"|connection refused|i/o timeout|timed? ?out|cannot connect|could not (?:reach|connect)|proxyconnect"
        r"|name or service not known|cannot be reached|dial tcp",
        ErrorCode.PULL_NO_NETWORK,
        "The registry of {subject} cannot be reached",
        "Check the network connection and the proxy, then try again. Nothing that was downloaded is lost.",
        tasks=(Task.PULL,),
    ),
    _Rule(
        r"unexpected EOF|connection reset|broken pipe|interrupted|payload is not complete"
        r"|digest d(?:id|oes) not",
        ErrorCode.PULL_INTERRUPTED,
        "The download of {subject} was interrupted",
        "Try again: layers that are complete are kept.",
        tasks=(Task.PULL,),
    ),
    _Rule(
        r"pull access denied|repository does not exist|manifest unknown|manifest for .* not found"
        r"|name unknown|not found",
        ErrorCode.PULL_NOT_FOUND,
        "The registry has no image {subject}",
        "Check the name and the tag. If the image is private, sign in at its registry.",
        tasks=(Task.PULL,),
    ),
    _Rule(
        r"unauthorized|authentication required|denied|forbidden|no basic auth credentials",
        ErrorCode.PULL_NEEDS_SIGN_IN,
        "The registry does not let you pull {subject} without signing in",
        "Sign in at the registry, or check that your account may read this image.",
        tasks=(Task.PULL,),
    ),
    _Rule(
        r"unauthorized|authentication required|denied|forbidden|no basic auth credentials",
        ErrorCode.PULL_NEEDS_SIGN_IN,
        "The registry does not let you push {subject}",
        "Sign in at the registry, and give the image a name that is yours there, such as ghcr.io/me/app.",
        tasks=(Task.PUSH,),
    ),
    _Rule(
        r"invalid reference format|repository name must be lowercase|invalid reference",
        ErrorCode.BAD_REFERENCE,
        "{subject} is not the name of an image",
        "A name looks like `nginx`, `nginx:1.27` or `registry.example.com:5000/team/app:tag`, in lower case.",
    ),
    _Rule(
        r"^(?!.*exec: ).*(?:runtime create|creating (?:directory|file)|mount).*not a directory",
        ErrorCode.BAD_INPUT,
        "Something cannot be mounted at the place that was chosen in the container",
        "Choose another place: a folder goes onto a folder or where nothing is yet, a file onto a file.",
    ),
    _Rule(
        r"no such image",
        ErrorCode.IMAGE_NOT_FOUND,
        "There is no image {subject} on this machine",
        "Pull it first (`marina pull NAME`), or check the spelling with `marina images`.",
        (404, 400, 500),
    ),
    _Rule(
        r"(?:image|unable to (?:delete|remove)).*(?:in use|is (?:being )?used|using (?:its|this))",
        ErrorCode.IMAGE_IN_USE,
        "The image is used by a container",
        "Remove the container first, or remove the image with force.",
        (409,),
    ),
    _Rule(
        r"referenced in multiple repositories",
        ErrorCode.IMAGE_IN_USE,
        "The image has several names",
        "Remove each of its names, or remove the image with force (`marina rmi -f`).",
        (409,),
    ),
    _Rule(
        r"get (?P<name>\S+): no such volume",
        ErrorCode.BAD_INPUT,
        "There is no volume {name}",
        "It may have been deleted, or is on another engine.",
        (404,),
    ),
    _Rule(
        r"no such container",
        ErrorCode.CONTAINER_NOT_FOUND,
        "There is no container {subject}",
        "`marina ps -a` lists all containers, stopped ones too.",
        (404,),
    ),
    _Rule(
        r"(?:cannot|could not) remove.*running|stop the container before",
        ErrorCode.CONTAINER_RUNNING,
        "It was not deleted: the container {subject} is running",
        "Stop it first, or remove it with force (`marina rm -f`).",
        (409,),
    ),
    _Rule(
        r"is paused",
        ErrorCode.NOT_RUNNING,
        "The container {subject} is paused",
        "Let it go on first.",
        (409, 500),
    ),
    _Rule(
        r"is not running|is restarting",
        ErrorCode.NOT_RUNNING,
        "The container {subject} is not running",
        "Start it first.",
        (409, 500),
    ),
    _Rule(
        r"executable file .*not found|no such file or directory",
        ErrorCode.COMMAND_NOT_FOUND,
        "The command does not exist in the image",
        "Check its spelling. Small images have few commands: often there is `sh` but no `bash`.",
        (400, 404, 500, 0),
    ),
    _Rule(
        r"permission denied|exec format error|is a directory",
        ErrorCode.COMMAND_NOT_EXECUTABLE,
        "The command cannot be executed",
        "Check that the file is a program for this machine's processor and that it is executable.",
        (400, 500, 0),
        tasks=(Task.RUN,),
    ),
)


def explain_refusal(error: EngineRequestError, subject: str, task: Task) -> UserError:
    """Return the sentence for what the engine refused."""
    for rule in _RULES:
        if task not in rule.tasks or (rule.statuses and error.status not in rule.statuses):
            continue
        match = re.search(rule.pattern, error.message, re.IGNORECASE)
        if match:
            groups = {name: (text or "").strip() for name, text in match.groupdict().items()}
            summary = rule.summary.format(subject=subject or "that name", **groups)
            return UserError(summary[:1].upper() + summary[1:], error.message, rule.what_to_do, rule.code)
    if error.status >= 500:
        advice = "Try again. If it fails again, restart the engine (`marina restart`)."
        return UserError("The engine could not do that", error.message, advice)
    return UserError(VAGUE, error.message, "", ErrorCode.BAD_INPUT)
