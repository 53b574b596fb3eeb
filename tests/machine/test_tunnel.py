"""The tunnel through the guest's own sshd."""

import socket
import threading

from tests.machine.machine_under_test import MachineUnderTest, UnixConnection, wait_until
from vm.machine.link.docker_socket import carry
from vm.machine.status import MachineState

SERVER = "/run/marina/half-close.sock"
SERVE_ONE = f"""python3 -c '
import os, socket
listener = socket.socket(socket.AF_UNIX)
listener.bind("{SERVER}")
listener.listen()
print("listening", flush=True)
connection, _ = listener.accept()
total = 0
while data := connection.recv(65536):
    total += len(data)
connection.sendall(b"%d bytes" % total)
connection.shutdown(socket.SHUT_WR)
os.unlink("{SERVER}")
'"""


def test_half_close_is_carried_both_ways(machine: MachineUnderTest) -> None:
    transport = machine.dial()
    server = transport.open_session()
    server.exec_command(SERVE_ONE)
    assert server.recv(100) == b"listening\n"
    client, carried = socket.socketpair()
    client.settimeout(60)
    heard: list[None] = []
    channel = transport.open_socket(SERVER, 30)
    thread = threading.Thread(target=lambda: carry(carried, channel, lambda: heard.append(None)))
    thread.start()
    client.sendall(b"x" * 2_000_000)
    client.shutdown(socket.SHUT_WR)
    assert b"".join(iter(lambda: client.recv(100), b"")) == b"2000000 bytes"
    thread.join(60)
    assert not thread.is_alive()
    assert heard
    assert server.recv_exit_status() == 0
    client.close()
    carried.close()
    transport.close()
    transport.join()


def test_one_connection_serves_many_calls(machine: MachineUnderTest) -> None:
    connection = UnixConnection(machine.docker_socket, 120)
    for _ in range(20):
        connection.request("GET", "/_ping")
        assert connection.getresponse().read() == b"OK"
    connection.close()


def test_many_clients_at_once_are_all_served(machine: MachineUnderTest) -> None:
    answers: list[tuple[int, bytes]] = []
    threads = [threading.Thread(target=lambda: answers.append(machine.get("/_ping"))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(200, b"OK")] * 40


def test_a_frozen_engine_is_degraded_and_a_thawed_one_running(machine: MachineUnderTest) -> None:
    machine.run("kill -STOP $(pidof python3)")
    machine.wait_for(lambda status: status.state is MachineState.DEGRADED)
    machine.run("kill -CONT $(pidof python3)")
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)


def test_a_restarted_engine_is_reached_again(machine: MachineUnderTest) -> None:
    machine.run("kill -9 $(pidof python3)")
    wait_until(machine.answers, "the engine")  # a call that was under way may end
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)
