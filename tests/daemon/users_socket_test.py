#!/usr/bin/env python3
"""hypnosd and hypnosctl of a user who has not said where they shall meet.

usage: users_socket_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from hypnosd_case import ENDLESS, HYPNOSD, OK, PATIENCE_S, HypnosdTest

HYPNOSCTL = sys.argv.pop(1)
# Of nobody, where root runs the tests, who would be given the system's socket.
USER = 65534


class UsersSocket(HypnosdTest):

    def setUp(self):
        super().setUp()
        self.watch(ENDLESS)
        # To those in a folder of root's alone nobody else could come.
        self.hypnosd, self.hypnosctl = (shutil.copy(program, self.folder) for program in (HYPNOSD, HYPNOSCTL))
        self.runtime = self.folder / 'run'
        self.runtime.mkdir(mode=0o700)
        self.as_user = {}
        if os.getuid() == 0:
            self.folder.chmod(0o755)
            os.chown(self.runtime, USER, USER)
            self.as_user = {'user': USER, 'group': USER, 'extra_groups': []}
        system = pathlib.Path('/run/hypnos')
        if system.joinpath('control.sock').exists() or (os.getuid() != 0 and os.access(system, os.W_OK)):
            self.skipTest('the socket of the system is there, or this user may make it')
        kept = [name for name in os.environ if name == 'PATH' or name.endswith('SAN_OPTIONS')]
        self.environment = {name: os.environ[name] for name in kept} | {'XDG_RUNTIME_DIR': str(self.runtime)}

    def start_daemon(self) -> subprocess.Popen:
        process = subprocess.Popen([self.hypnosd, '--config', self.config], env=self.environment, cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, **self.as_user)
        self.addCleanup(self.put_away, process)
        return process

    def ask(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.hypnosctl, *words], env=self.environment, cwd=self.folder, capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False, **self.as_user)

    def test_is_in_the_folder_that_login_made(self):
        self.assertIn('/run/hypnos/control.sock', self.ask('status').stderr)
        daemon = self.start_daemon()
        self.wait_until(lambda: self.ask('status').returncode == OK)
        self.assertTrue((self.runtime / 'hypnos/control.sock').is_socket())
        # It has that of the first; what it watches needs none.
        second = self.start_daemon()
        while 'watching' not in (line := second.stderr.readline()):
            self.assertIn('no control socket: ', line)
            self.assertIn('another hypnosd listens there', line)
        second.terminate()
        self.assertEqual(self.finish(second).returncode, OK)
        self.assertEqual(self.ask('shutdown').returncode, OK)
        self.assertEqual(self.finish(daemon).returncode, OK)


if __name__ == '__main__':
    unittest.main()
