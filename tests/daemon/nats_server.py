"""A NATS server on loopback with its MQTT listener, and clients of that. Needs nats-server and
mosquitto-clients; `missing` says what is not there.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import ports

# Debian keeps it where the PATH of ordinary users does not lead.
SEARCH = os.environ['PATH'] + ':/usr/sbin'
PATIENCE_S = 60
SKIPPED = 69


def start_for(case) -> 'NatsServer':
    """Of a test that has a folder; ended with it."""
    folder = case.folder / 'server'
    folder.mkdir()
    server = NatsServer(folder)
    case.addCleanup(server.end)
    server.start()
    return server


def missing() -> list[str]:
    return [program for program in ['nats-server', 'mosquitto_sub', 'mosquitto_pub']
            if not shutil.which(program, path=SEARCH)]


def main(hypnosd: os.PathLike, lacks: str = ''):
    """As unittest's; where there is no server, this build cannot talk to one, or something else is missing, it says so
    and ends with an exit code of its own."""
    if programs := missing():
        lacks = f'{", ".join(programs)} are not here: scripts/install-packages test'
    elif not lacks and ', nats' not in subprocess.run([hypnosd, '--version'], capture_output=True, text=True,
                                                      check=True).stdout:
        lacks = 'this build has no NATS: scripts/install-packages build'
    if lacks:
        print(lacks)
        sys.exit(SKIPPED)
    unittest.main()


class NatsServer:
    """`more`: further lines of its configuration. It listens to this machine alone, but where `listen` says
    otherwise. `starter`: what is put before its program, and its listeners'."""

    def __init__(self, folder: pathlib.Path, more: str = '', deployed: str = '', listen: str = '127.0.0.1',
                 starter: tuple = ()):
        self.starter = starter
        self.folder, self.port, self.mqtt_port = folder, ports.hold(), ports.hold()
        self.config = folder / 'nats.conf'
        # One that is to be used elsewhere, with this server's ports and folder.
        deployed = re.sub(r'127\.0\.0\.1:4222', f'127.0.0.1:{self.port}', deployed)
        deployed = re.sub(r'127\.0\.0\.1:1883', f'127.0.0.1:{self.mqtt_port}', deployed)
        self.config.write_text(deployed.replace('/var/lib/nats-server', f'{folder}/jetstream') or f'''
listen: "{listen}:{self.port}"
server_name: test
jetstream {{ store_dir: "{folder}/jetstream", max_memory_store: 64MB, max_file_store: 64MB }}
mqtt {{ listen: "127.0.0.1:{self.mqtt_port}" }}
{more}
''', encoding='utf-8')
        self.process = None

    @property
    def url(self) -> str:
        return f'nats://127.0.0.1:{self.port}'

    def start(self, **environment):
        with (self.folder / 'nats.log').open('a', encoding='utf-8') as log:
            self.process = subprocess.Popen([*self.starter, shutil.which('nats-server', path=SEARCH), '-c', self.config],
                                            env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                for port in [self.port, self.mqtt_port]:
                    socket.create_connection(('127.0.0.1', port), timeout=1).close()
                return
            except OSError:
                said = (self.folder / 'nats.log').read_text(encoding='utf-8')
                assert self.process.poll() is None and time.monotonic() < deadline, said
                time.sleep(0.01)

    def end(self, how=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            if how == signal.SIGKILL:
                self.process.wait()

    def hold(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def say(self, topic: str, payload: str, *arguments):
        subprocess.run([shutil.which('mosquitto_pub', path=SEARCH), '-h', '127.0.0.1', '-p', str(self.mqtt_port),
                        '-t', topic, '-m', payload, *arguments], check=True, timeout=PATIENCE_S)


class MqttListener:
    """What comes under `topic` from now on, as pairs of topic and text."""

    def __init__(self, server: NatsServer, topic: str, *arguments):
        self.messages = []
        self.process = subprocess.Popen(
            # It would say that it listens when it has something to say.
            [*server.starter, 'stdbuf', '-oL', shutil.which('mosquitto_sub', path=SEARCH), '-h', '127.0.0.1', '-p', str(server.mqtt_port), '-t', topic,
             '-F', 'message %t %p', '-d', *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
        listening = threading.Event()
        threading.Thread(target=self.read, args=[listening], daemon=True).start()
        assert listening.wait(PATIENCE_S), 'mosquitto_sub does not get to listen'

    def read(self, listening: threading.Event):
        for line in self.process.stdout:
            # Again, with another number, where it was not let in the first time.
            if re.fullmatch(r'Subscribed \(mid: \d+\): 0\n', line):
                listening.set()
            if found := re.match(r'message (\S+) (.*)', line):
                self.messages.append((found[1], found[2]))

    def under(self, topic: str) -> list:
        """Those of this topic, read as JSON."""
        return [json.loads(payload) for where, payload in list(self.messages) if where == topic]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
