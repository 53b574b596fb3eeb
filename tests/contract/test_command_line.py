"""The docker command line says the same and ends with the same code, with our engine and with dockerd."""

import re
from pathlib import Path

import pytest

from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine

Commands = list[list[str]]


def _words(text: str) -> Commands:
    return [line.split() for line in text.strip().splitlines()]


STORIES: dict[str, Commands] = {
    "life": [
        *_words("""
            create --name life busybox sleep 1000
            ps -a --format {{.Names}},{{.Image}},{{.Command}},{{.State}},{{.Ports}}
            start life
            start life
            ps --format {{.Names}},{{.State}},{{.Networks}},{{.Mounts}},{{.LocalVolumes}}
            pause life
            ps --format {{.Names}},{{.State}}
            pause life
            unpause life
            exec life echo hello
            exec life sh -c exit\t5
            exec -w /tmp -e A=b -u 1000:1000 life pwd
            exec -w /nothing life pwd
            exec life nonsense
            exec nobody true
            top life -o args
            rename life death
            rename life x
            port death
            kill -s NONSENSE death
            kill death
            kill death
            wait death
            inspect -f {{.State.Status}},{{.State.ExitCode}},{{.State.OOMKilled}},{{.RestartCount}} death
            restart -t 0 death
            stop -t 0 death
            stop death
            ps -a --filter status=exited --format {{.Names}}
            ps -a --filter exited=137 --format {{.Names}}
            ps -aq --filter name=nobody
            ps --filter nonsense=x
            logs death
            rm death
            rm death
            rm -f death
        """),
    ],
    "runs": [
        ["run", "--rm", "busybox", "echo", "hello"],
        ["run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3"],
        ["run", "--rm", "busybox", "nonsense"],
        ["run", "--rm", "busybox", "/etc"],
        ["run", "--rm", "-w", "/made/of/it", "busybox", "pwd"],
        ["run", "--rm", "-e", "A=1", "-e", "B", "--env", "C=x y", "busybox", "sh", "-c", "echo $A $B $C"],
        ["run", "--rm", "-u", "nobody-knows", "busybox", "id"],
        ["run", "--rm", "--tmpfs", "/t:size=64k", "busybox", "sh", "-c", "df -k /t | awk '{print $2}'"],
        ["run", "--rm", "busybox", "grep", "-E", "CapEff|CapBnd|NoNewPrivs|Seccomp:", "/proc/self/status"],
        ["run", "--rm", "--ulimit", "nofile=100:200", "busybox", "sh", "-c", "ulimit -n; ulimit -Hn"],
        ["run", "--rm", "--sysctl", "net.ipv4.ip_forward=0", "busybox",
         "cat", "/proc/sys/net/ipv4/ip_forward"],
        ["run", "--rm", "--dns", "192.0.2.1", "--dns-search", "a.b", "busybox",
         "grep", "-E", "^(name|search)", "/etc/resolv.conf"],
        ["run", "--rm", "--network", "nothing", "busybox", "true"],
        ["run", "--rm", "-v", "cli-volume:/v", "busybox", "sh", "-c", "echo kept > /v/file"],
        ["run", "--rm", "-v", "cli-volume:/v:ro", "busybox", "sh", "-c", "cat /v/file; touch /v/x"],
        ["run", "--rm", "--mount", "type=bind,src=/does/not/exist,dst=/v", "busybox", "true"],
        ["run", "--rm", "-v", "relative/path:/v", "busybox", "true"],
        ["run", "--rm", "-p", "nonsense", "busybox", "true"],
        ["run", "--rm", "--memory", "1k", "busybox", "true"],
        ["run", "--rm", "--restart", "always", "busybox", "true"],
        ["run", "--rm", "--name", "-bad", "busybox", "true"],
        ["run", "--rm", "--pull", "never", "no/such:image", "true"],
        ["run", "--rm", "--stop-signal", "NONSENSE", "busybox", "true"],
        ["run", "--rm", "--security-opt", "nonsense", "busybox", "true"],
        ["run", "--rm", "--pid", "host", "--ipc", "host", "--uts", "host", "busybox", "true"],
        ["volume", "rm", "cli-volume"],
    ],
    "details": _words("""
        run -d --name details -e X=1 -e X=2 --pids-limit 0 busybox sleep 1000
        inspect -f {{json	.Config.Env}},{{json	.HostConfig.PidsLimit}} details
        exec -w relative details pwd
        exec -d -w relative details pwd
        exec -e X details env
        network disconnect -f bridge nobody
        network disconnect -f nothing nobody
        network disconnect nothing nobody
        commit -c nonsense details
        images --format json busybox
        rm -f details
        run --rm --network host --hostname other busybox hostname
        run --rm --group-add nobody-knows busybox id
        run --rm -u -1 busybox id
        run --rm -u root:-1 busybox id
        run --rm --log-opt compress=true busybox true
        run --rm --log-opt max-size=x busybox true
    """),
    "links": [
        *_words("""
            run -d --name target busybox sleep 1000
            run -d --name asker --link target:one --link target busybox sleep 1000
            ps --no-trunc --filter name=target --format {{.Names}}
            inspect -f {{.Name}} asker/one
            exec asker/one true
            exec asker ping -c 1 -W 5 -q one
            rm --link asker
            rm --link asker/nothing
            rm --link nothing/one
            rm --link asker/one
            rm --link asker/one
            exec asker grep -c one /etc/hosts
            exec asker ping -c 1 -W 5 -q target
            inspect -f {{.HostConfig.Links}} asker
            rename asker other
            rename target aim
            ps --no-trunc --filter name=aim --format {{.Names}}
            inspect -f {{.HostConfig.Links}} other
            restart -t 0 other
            exec other ping -c 1 -W 5 -q target
            rm -f aim
            restart -t 0 other
            rm -f other
        """),
    ],
    "signals": [
        *_words("""
            create --name odd --stop-signal 99 busybox sleep 1000
            start odd
            kill -s 99 odd
            kill -s RTMAX-15 odd
            kill -s RTMAX-14 odd
            stop -t 0 odd
            inspect -f {{.Config.StopSignal}},{{.State.ExitCode}} odd
            restart -s NONSENSE odd
            kill odd
            rm odd
            create --name odder --stop-signal RTMIN+16 busybox true
            kill -s NONSENSE odder
            create --name odd busybox nonsense
            restart odd
            rm odd
        """),
    ],
    "files": [
        ["run", "-d", "--name", "files", "busybox", "sh", "-c", "echo two; echo one > /root/one; sleep 1000"],
        ["exec", "files", "sh", "-c", "until [ -e /root/one ]; do sleep 0.02; done"],
        ["cp", "files:/nothing", "-"],
        ["cp", "files:/etc/passwd", "{folder}/passwd"],
        ["cp", "{folder}/passwd", "files:/tmp/copied"],
        ["exec", "files", "cat", "/tmp/copied"],
        ["cp", "{folder}/passwd", "files:/no/such/folder/x"],
        ["cp", "files:/etc", "{folder}/etc"],
        ["diff", "files"],
        ["logs", "files"],
        ["logs", "--tail", "0", "files"],
        ["logs", "--since", "10m", "files"],
        ["logs", "--until", "10m", "files"],
        ["commit", "-m", "why", "-a", "me", "-c", "CMD cat /root/one", "files", "cli/committed:1"],
        ["run", "--rm", "cli/committed:1"],
        ["history", "--format", "{{.CreatedBy}},{{.Comment}}", "cli/committed:1"],
        ["rm", "-f", "files"],
        ["rmi", "cli/committed:1"],
    ],
    "images": _words("""
        images --format {{.Repository}},{{.Tag}},{{.ID}}
        images nothing
        images --filter reference=busy* --format {{.Repository}}
        images --filter dangling=true -q
        tag busybox cli/tagged:1
        tag busybox UPPER
        tag nothing x
        inspect -f {{.RepoTags}},{{.Config.Cmd}},{{.Os}},{{.Architecture}} cli/tagged:1
        image inspect nothing
        history -q busybox
        rmi cli/tagged:1
        rmi nothing
        rmi -f nothing
        pull busybox
        pull -q busybox
        pull UPPER
        image prune -f
        system df --format {{.Type}},{{.TotalCount}},{{.Active}}
        system df -v --format {{json\t.Volumes}}
    """),
    "networks": _words("""
        network ls --format {{.Name}},{{.Driver}},{{.Scope}}
        network create --subnet 10.216.0.0/24 --gateway 10.216.0.1 --label a=b cli-net
        network create cli-net
        network create --subnet 10.216.0.0/25 overlapping
        network inspect -f {{.Name}},{{.Driver}},{{.IPAM.Config}},{{.Labels}},{{.Internal}} cli-net
        network inspect nothing
        run -d --name in-net --network cli-net --ip 10.216.0.9 --network-alias other busybox sleep 1000
        inspect -f {{(index\t.NetworkSettings.Networks\t"cli-net").IPAddress}} in-net
        run --rm --network cli-net busybox ping -c 1 -W 5 -q other
        run --rm --network cli-net busybox ping -c 1 -W 5 -q in-net
        run --rm --network container:in-net busybox hostname
        network connect bridge in-net
        network connect bridge in-net
        network rm cli-net
        network disconnect cli-net in-net
        network disconnect cli-net in-net
        rm -f in-net
        network rm cli-net
        network rm cli-net
        network rm bridge
        network prune -f
    """),
    "networks made of settings": _words("""
        network create --config-only --subnet 10.217.0.0/24 -o com.docker.network.driver.mtu=1400 cfg
        network create --config-only --ipv6 --subnet 2001:db8:77::/64 --label a=b cfg6
        network create --config-only -d nonsense empty
        network create --config-only --internal bad
        network create --config-only --config-from cfg bad
        network create --config-only --subnet nonsense bad
        network create --config-from cfg --subnet 10.218.0.0/24 bad
        network create --config-from cfg --label x=y bad
        network create --config-from cfg -o a=b bad
        network create --config-from cfg --ipv6 bad
        network create --config-from nothing bad
        network create --config-from bridge bad
        network inspect -f {{json	.}} cfg
        network inspect -f {{json	.}} empty
        network create --config-from cfg --internal made
        network create --config-from cfg again
        network inspect -f {{json	.}} made
        run --rm --network made busybox cat /sys/class/net/eth0/mtu
        run --rm --network cfg busybox true
        run -d --name joins busybox sleep 1000
        network connect cfg joins
        rm -f joins
        network rm cfg
        network ls --filter driver=null --format {{.Name}}
        network prune -f
        network ls --format {{.Name}},{{.Driver}}
        network create --config-from cfg6 six
        network inspect -f {{.EnableIPv6}},{{.ConfigFrom}},{{.Labels}} six
        network rm six cfg cfg6 empty
    """),
    "volumes": _words("""
        volume create --label a=b cli-vol
        volume create cli-vol
        volume create bad/name
        volume ls --format {{.Name}},{{.Driver}},{{.Labels}}
        volume ls -q --filter label=a=b
        volume ls -q --filter dangling=maybe
        volume inspect -f {{.Name}},{{.Driver}},{{.Scope}},{{.Labels}},{{.Options}} cli-vol
        volume inspect nothing
        create --name uses -v cli-vol:/v busybox true
        volume rm cli-vol
        rm uses
        volume prune -f
        volume ls -q
        volume rm cli-vol
        volume rm cli-vol
        volume rm -f nothing
    """),
    "without swarm": _words("""
        node ls
        service ls
        stack ls
        secret ls
        config ls
        swarm leave
        plugin ls
        plugin inspect nothing
        info -f {{.OSType}},{{.Driver}},{{.Swarm.LocalNodeState}},{{.CgroupVersion}},{{.LoggingDriver}}
        version -f {{.Server.Os}},{{.Server.MinAPIVersion}}
        system prune -f
    """),
}  # fmt: skip


def normal(text: str, engine: ApiClient) -> str:
    """Return what was printed, without what differs each time: ids, sockets, times, sizes, tables' blanks."""
    text = text.replace(str(engine.socket), "SOCKET")
    text = re.sub(r"[0-9a-f]{12,64}", "ID", text)
    text = re.sub(r"\b(crun|runc) create failed: ", "", text)
    text = re.sub(r'"Created":"[^"]*"', "CREATED", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = text.replace("ID: Already exists\n", "")  # dockerd says so of layers of new images only
    text = re.sub(r"reclaimed space: .*", "reclaimed space", text)
    text = re.sub(r"\b172\.17\.\d+\.\d+", "ADDRESS", text)
    text = re.sub(r"time=[\d.]+ ms|min/avg/max = .*", "TIMES", text)
    return re.sub(r"[ \t]+", " ", text)


@pytest.mark.parametrize("story", STORIES)
def test_the_same_is_said(marina: NativeEngine, dockerd: ReferenceDocker, story: str, tmp_path: Path) -> None:
    found = []
    for command in STORIES[story]:
        said = []
        for engine in (marina, dockerd):
            folder = tmp_path / type(engine).__name__
            folder.mkdir(exist_ok=True)
            words = [word.replace("\t", " ").replace("{folder}", str(folder)) for word in command]
            done = engine.docker(*words, check=False)
            out, errors = (
                normal(stream.decode(errors="replace"), engine).replace(str(folder), "FOLDER")
                for stream in (done.stdout, done.stderr)
            )
            lines = sorted(out.splitlines()) if command[0] == "diff" else out.splitlines()
            said.append((done.returncode, lines, errors))
        if said[0] != said[1]:
            found.append(f"docker {' '.join(command)}\n    ours:   {said[0]}\n    theirs: {said[1]}")
    assert not found, "\n" + "\n".join(found)
