#!/usr/bin/env python3
"""scripts/fleet: three daemons beside a broker, what it says of how to look at them, and that it leaves nothing.

usage: fleet_script_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
Exit code: 69 without nats-server.
"""

import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import nats_server
import ports

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve().parent
HYPNOSCTL = sys.argv.pop(1)
PATIENCE_S = 120
NAMES = ['attic', 'porch', 'yard']


class FleetTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / 'fleet'

    def start(self, *arguments) -> subprocess.Popen:
        process = subprocess.Popen(
            [ROOT / 'scripts/fleet', '--programs', PROGRAMS, '--folder', self.folder, *map(str, arguments)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            # A shell that was started without it could not be told to end by it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process: subprocess.Popen):
        process.terminate()
        process.communicate(timeout=PATIENCE_S)

    def commands(self, process: subprocess.Popen) -> list[str]:
        """What it says that one can do."""
        said = []
        for line in process.stdout:
            if line.startswith('  '):
                said.append(line.strip())
            if line.rstrip().endswith('in a browser'):
                return said
        self.fail(f'it ended with {process.wait()}: {process.stderr.read()}')

    def processes(self) -> list[pathlib.Path]:
        """Those that work in its folder."""
        return [link.parent for link in pathlib.Path('/proc').glob('[0-9]*/cwd') if self.is_in_folder(link)]

    def is_in_folder(self, link: pathlib.Path) -> bool:
        try:
            return os.readlink(link).startswith(str(self.folder))
        except OSError:  # it has ended, or is somebody else's
            return False

    def test_three_hear_of_each_other_and_all_end_with_it(self):
        process = self.start('--port', ports.hold_two())
        fleet, _, listen, pages = self.commands(process)
        done = subprocess.run(shlex.split(fleet), capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()[1:]], NAMES, done.stdout)
        for line in done.stdout.splitlines()[1:]:
            self.assertRegex(line, r'(awake|asleep|waiting) +up \d', done.stdout)
        self.assertEqual(pages.count('http://127.0.0.1:'), 3)
        # MQTT clients hear of them; -C 1: until one has spoken.
        listener = shlex.split(listen)
        listener[0] = shutil.which(listener[0], path=nats_server.SEARCH)
        heard = subprocess.run([*listener, '-C', '1'], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        self.assertRegex(heard.stdout, r'^hypnos/(attic|porch|yard)/')
        self.assertEqual(len(self.processes()), 4)

        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=PATIENCE_S), 0)
        self.assertEqual(self.processes(), [])
        for name in NAMES:
            # It ended in order, and while the broker was there.
            log = (self.folder / f'{name}.log').read_text(encoding='utf-8')
            self.assertIn('stopping', log)
            self.assertIn('saved checkpoint', log)
            self.assertNotIn('the connection is lost', log)

    def test_says_whose_end_it_was(self):
        process = self.start('--port', ports.hold_two())
        self.commands(process)
        subprocess.run([HYPNOSCTL, '--socket', self.folder / 'yard/control.sock', 'shutdown'], check=True,
                       capture_output=True, timeout=PATIENCE_S)
        self.assertEqual(process.wait(timeout=PATIENCE_S), 1)
        self.assertIn('yard has ended by itself', process.stderr.read())
        self.assertEqual(self.processes(), [])

    def test_a_port_that_is_taken_is_named(self):
        port = ports.hold_two()
        with socket.create_server(('127.0.0.1', port + 1)):
            process = self.start('--port', port)
            self.assertEqual(process.wait(timeout=PATIENCE_S), 69)
        self.assertIn(f'listens on port {port + 1} already; choose another one with --port', process.stderr.read())

    def test_wrong_options_are_refused(self):
        for wrong, word in [(['--port', '0'], '--port'), (['--port', '65535'], '--port'), (['--port'], '--port'),
                            (['--nonsense'], '--nonsense'), (['--folder', ''], '--folder')]:
            process = self.start(*wrong)
            self.assertEqual(process.wait(timeout=PATIENCE_S), 64)
            self.assertIn(word, process.stderr.read())
        self.assertFalse(self.folder.exists())


if __name__ == '__main__':
    nats_server.main(PROGRAMS / 'hypnosd')
