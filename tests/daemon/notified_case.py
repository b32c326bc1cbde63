"""A service manager that only listens: what hypnosd tells systemd (sd_notify(3))."""

import socket

from hypnosd_case import PATIENCE_S, HypnosdTest


class NotifiedTest(HypnosdTest):

    def setUp(self):
        super().setUp()
        path = self.folder / 'notify'
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.ear.close)
        self.ear.bind(str(path))
        self.ear.settimeout(PATIENCE_S)
        self.environment['NOTIFY_SOCKET'] = str(path)

    def told(self) -> dict:
        """The next datagram."""
        return dict(line.split('=', 1) for line in self.ear.recv(65536).decode().splitlines())

    def told_with(self, name: str) -> dict:
        """The next datagram that says that."""
        while True:
            told = self.told()
            if name in told:
                return told
