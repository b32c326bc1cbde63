"""Ports of loopback for servers that must be told theirs, or that go and come back.

A port that was found free and let go may be somebody else's a moment later: another test's server, or the end of a
connection that goes elsewhere. So these stay bound, without being listened to, until this process ends. The system gives
them to nobody who asks for any port, and whoever connects there is refused; a server that sets SO_REUSEADDR, as servers
do, may listen.
"""

import socket

HELD = []


def hold(port: int = 0) -> int:
    """This one, or any; OSError where it is taken."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind(('127.0.0.1', port))
    except BaseException:
        held.close()
        raise
    HELD.append(held)
    return held.getsockname()[1]


def hold_two() -> int:
    """The first of two in a row."""
    while True:
        port = hold()
        try:
            hold(port + 1)
            return port
        except (OSError, OverflowError):
            pass
