"""A docker-compose that is none: enough of its words to drive the desktop over the fake engine.

`install` writes it as a program. Its compose files are JSON, which is YAML too.
"""

import sys
from pathlib import Path

_PROGRAM = r"""
import http.client, json, os, re, socket, sys
from pathlib import Path

arguments = sys.argv[1:]
if arguments[:1] == ["version"]:
    print(os.environ.get("FAKE_COMPOSE_VERSION", "2.99.0-fake"))
    sys.exit()
options, files = {}, []
while arguments and arguments[0].startswith("--"):
    options[arguments[0]] = arguments[1]
    if arguments[0] == "--file":
        files.append(arguments[1])
    arguments = arguments[2:]
text, project = "", {"services": {}}
try:
    for file in files:
        text += Path(file).read_text()
        project["services"] |= json.loads(Path(file).read_text())["services"]
except ValueError:
    sys.exit("yaml: line 1: did not find expected node content")
name = options.get("--project-name") or Path(files[0]).parent.name


def call(method, path, body=None):
    connection = http.client.HTTPConnection("engine")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    headers = {"Content-Type": "application/json", "Connection": "close"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status >= 400:
        sys.exit("Error response from daemon: " + json.loads(data)["message"])
    return json.loads(data) if data else None


def members():
    rows = call("GET", "/containers/json?all=1")
    return [row for row in rows if row["Labels"].get("com.docker.compose.project") == name]


def filled_in(image):
    given = lambda match: os.environ.get(match[1]) or match[2] or ""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?[^}]*\}", given, image)


command, rest = arguments[0], arguments[1:]
if command == "config" and "--variables" in rest:
    print(f"{'NAME':<20}{'REQUIRED':<20}{'DEFAULT VALUE':<20}ALTERNATE VALUE")
    for match in re.finditer(r"\$\{(\w+)(?::([-?])([^}]*))?\}", text):
        default = match[3] if match[2] == "-" else ""
        print(f"{match[1]:<20}{'true' if match[2] == '?' else 'false':<20}{default:<20}")
elif command == "config":
    if "--no-interpolate" not in rest:
        for declared in project["services"].values():
            declared["image"] = filled_in(declared["image"])
    print(json.dumps({"name": name, "services": project["services"]}))
elif command == "watch":
    print("Watch enabled", flush=True)
    import signal
    signal.pause()
elif command == "up":
    if "--build" in rest:
        print(" Image " + name + "-web  Built", flush=True)
    wanted = dict(item.split("=") for item in rest if "=" in item)
    for service, declared in project["services"].items():
        if not set(declared.get("profiles", [options.get("--profile")])) & {options.get("--profile")}:
            continue
        there = [row for row in members() if row["Labels"]["com.docker.compose.service"] == service]
        image = filled_in(declared["image"])
        for number in range(len(there) + 1, int(wanted.get(service, len(there) or 1)) + 1):
            title = f"{name}-{service}-{number}"
            print(f" Container {title}  Creating", flush=True)
            labels = {"com.docker.compose.project": name, "com.docker.compose.service": service,
                      "com.docker.compose.project.config_files": ",".join(files)}
            body = {"Image": image, "Labels": labels, "Cmd": ["sleep", "600"]}
            call("POST", f"/containers/create?name={title}", body)
            call("POST", f"/containers/{title}/start")
            print(f" Container {title}  Started", flush=True)
elif command == "down":
    for row in members():
        call("DELETE", f"/containers/{row['Id']}?force=1")
        print(f" Container {row['Names'][0][1:]}  Removed", flush=True)
elif command == "restart":
    for row in members():
        call("POST", f"/containers/{row['Id']}/restart")
        print(f" Container {row['Names'][0][1:]}  Started", flush=True)
elif command == "logs":
    print("web-1  | \x1b[32mready\x1b[0m", flush=True)
    import signal
    signal.pause()
"""


def install(folder: Path) -> Path:
    """Write the program where docker's plugins lie in a configuration folder; return its path."""
    program = folder / "cli-plugins" / "docker-compose"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!{sys.executable} -S\n{_PROGRAM}")
    program.chmod(0o755)
    return program
