#!/usr/bin/env python3
"""The service of systemd: systemd finds nothing wrong with it, and little that it may do.

usage: service_test.py PATH_OF_HYPNOSD SOURCE_FOLDER BUILD_FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HYPNOSD, DEPLOY = sys.argv[1], pathlib.Path(sys.argv[2]) / 'deploy'
del sys.argv[1:4]
UNIT = DEPLOY / 'systemd/hypnosd.service'
MOST_EXPOSURE = 2.0


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([str(argument) for argument in arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


class Service(unittest.TestCase):

    def settings(self, name: str) -> list[str]:
        return re.findall(rf'^{name}=(.*)$', UNIT.read_text(encoding='utf-8'), re.MULTILINE)

    def test_systemd_finds_nothing_wrong_with_it(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('there is no systemd-analyze: scripts/install-packages package')
        with tempfile.TemporaryDirectory() as folder:
            # Programs must be there.
            unit = pathlib.Path(folder) / UNIT.name
            unit.write_text(UNIT.read_text(encoding='utf-8').replace('/usr/bin/hypnosd', HYPNOSD),
                            encoding='utf-8')
            done = run('systemd-analyze', 'verify', '--man=no', unit)
        self.assertEqual((done.returncode, done.stdout), (0, ''))

    def test_it_may_do_little(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('there is no systemd-analyze: scripts/install-packages package')
        done = run('systemd-analyze', 'security', '--offline=true', '--no-pager', UNIT)
        exposure = float(re.search(r'Overall exposure level for .*: ([\d.]+)', done.stdout).group(1))
        self.assertLessEqual(exposure, MOST_EXPOSURE, done.stdout)

    def test_its_user_and_folders_are_those_that_are_made(self):
        users = (DEPLOY / 'systemd/sysusers.conf').read_text(encoding='utf-8')
        folders = (DEPLOY / 'systemd/tmpfiles.conf').read_text(encoding='utf-8')
        self.assertEqual(self.settings('User'), ['hypnos'])
        self.assertRegex(users, r'(?m)^u hypnos ')
        for group in self.settings('SupplementaryGroups'):
            self.assertRegex(users, rf'(?m)^m hypnos {group}$')
        for kind, place in [('StateDirectory', '/var/lib'), ('RuntimeDirectory', '/run')]:
            for name in self.settings(kind):
                mode = self.settings(f'{kind}Mode')[0]
                self.assertRegex(folders, rf'(?m)^d {place}/{name} {mode} hypnos hypnos ')

    def test_the_configuration_that_is_installed_is_valid(self):
        done = run(HYPNOSD, '--config', DEPLOY / 'hypnos.yaml', '--check-config')
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_it_reads_the_configuration_that_the_daemon_reads_by_itself(self):
        said = run(HYPNOSD, '--help').stdout
        for command in self.settings('ExecStart'):
            self.assertIn(command.split()[2], said)

    def test_it_waits_longer_than_the_daemon_does_before_it_says_that_it_hangs(self):
        header = (DEPLOY.parent / 'src/daemon/health.h').read_text(encoding='utf-8')
        hangs_after = int(re.search(r'kNoProgressFor = .*seconds\((\d+)\)', header).group(1))
        self.assertGreater(int(self.settings('WatchdogSec')[0]), hangs_after)


if __name__ == '__main__':
    unittest.main()
