"""What the tests from outside share: hypnosctl, and a daemon that does nothing for it to talk to."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

# Generous: a sanitizer on a busy machine is slow.
PATIENCE_S = 60

HYPNOSCTL, FAKE_DAEMON = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]


class OutsideTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / 'control.sock'
        # Nothing of whoever runs the test.
        self.environment = {'PATH': f'{os.path.dirname(HYPNOSCTL)}:{os.environ["PATH"]}',
                            'HOME': str(self.folder), 'LC_ALL': 'C.UTF-8',
                            'HYPNOSCTL_SOCKET': str(self.socket)}
        for name in ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS']:
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.daemon = None

    def start(self, command: list[str], **options) -> subprocess.Popen:
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
                   'stderr': subprocess.PIPE, **options}
        process = subprocess.Popen(command, cwd=self.folder, text=True, env=self.environment,
                                   **options)
        # Whatever a test runs into, nothing is left behind.
        self.addCleanup(self.put_away, process)
        return process

    @staticmethod
    def put_away(process: subprocess.Popen):
        process.kill()
        process.wait()
        for pipe in [process.stdin, process.stdout, process.stderr]:
            if pipe:
                pipe.close()

    def start_daemon(self, *arguments: str):
        self.daemon = self.start([FAKE_DAEMON, str(self.socket), *arguments],
                                 stdin=subprocess.PIPE)
        self.assertEqual(self.daemon.stdout.readline(), 'ready\n')

    def next_request(self) -> dict:
        """What the daemon was asked next; waits until it is."""
        return json.loads(self.daemon.stdout.readline())

    def run_command(self, command: list[str], **options) -> subprocess.CompletedProcess:
        text = options.pop('input', None)
        if text is not None:
            options['stdin'] = subprocess.PIPE
        process = self.start(command, **options)
        out, err = process.communicate(text, timeout=PATIENCE_S)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def run_ctl(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        return self.run_command([HYPNOSCTL, *arguments], **options)
