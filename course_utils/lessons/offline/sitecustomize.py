"""Refuses every connection that leaves this machine, in each Python started with this folder on PYTHONPATH.

Python imports a module of this name by itself at start-up, so kernels and their children are covered
too. An audit hook sees every socket, whichever library opened it, and cannot be taken out again.
"""

import importlib.machinery
import importlib.util
import ipaddress
import socket
import sys
from pathlib import Path

LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost", ""}


class NetworkBlockedError(OSError):
    """A connection to another machine was refused: lessons and tests run without a network."""


def is_loopback(host) -> bool:
    """Say whether a host, as sockets receive it, is this machine."""
    if host is None:
        return True
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if name.lower() in LOOPBACK_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_own_name(host) -> bool:
    """Say whether a host is this machine's own name, which is resolved without leaving it."""
    return host == socket.gethostname()


def host_of(event, arguments):
    """Return the host that an audited socket event wants to reach; None where it stays on this machine."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return None if is_own_name(arguments[0]) else arguments[0]
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        return address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    return None


def refuse_other_machines(event, arguments):
    """Raise NetworkBlockedError when a socket event reaches for another machine."""
    if event.startswith("socket.") and not is_loopback(host := host_of(event, arguments)):
        raise NetworkBlockedError(f"network blocked: {host!r} is another machine; tests allow loopback only")


def run_shadowed_sitecustomize():
    """Run the sitecustomize that this one stands in front of: some distributions set up Python there."""
    here = Path(__file__).resolve().parent
    others = [folder for folder in sys.path if folder and Path(folder).resolve() != here]
    found = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if found is not None:
        found.loader.exec_module(importlib.util.module_from_spec(found))


sys.addaudithook(refuse_other_machines)
if __name__ == "sitecustomize":
    run_shadowed_sitecustomize()
