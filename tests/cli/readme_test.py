#!/usr/bin/env python3
"""The Python example of the README, run as it stands there.

usage: readme_test.py PATH_OF_HYPNOSCTL PATH_OF_FAKE_DAEMON [ARGUMENT OF unittest]...
"""

import pathlib
import re
import subprocess
import sys
import unittest

from outside import OutsideTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / 'README.md').read_text(encoding='utf-8')
# Debian's python3-protobuf belongs to Debian's Python, which need not be the one that runs this.
PYTHONS = [sys.executable, '/usr/bin/python3']


def has_protobuf(python: str) -> bool:
    return pathlib.Path(python).exists() and subprocess.run(
        [python, '-c', 'import google.protobuf'], capture_output=True, check=False).returncode == 0


class ReadmeTest(OutsideTest):

    def test_the_python_example_talks_to_the_daemon(self):
        python = next(filter(has_protobuf, PYTHONS), None)
        if python is None:
            self.skipTest('there is no Python with google.protobuf (Debian: python3-protobuf)')
        example, = re.findall(r'^```python\n(import socket\n.*?)^```', README, re.DOTALL | re.MULTILINE)
        commands, = re.findall(r'^    (mkdir -p python .*)\n    (PYTHONPATH=.*)$', README, re.MULTILINE)
        self.assertIn("'/run/hypnos/control.sock'", example)
        (self.folder / 'frames.py').write_text(
            example.replace('/run/hypnos/control.sock', str(self.socket)), encoding='utf-8')
        (self.folder / 'proto').symlink_to(ROOT / 'proto')
        self.start_daemon()
        make = self.run_command(['bash', '-c', commands[0]])
        self.assertEqual(make.returncode, 0, make.stderr)
        done = self.run_command(['bash', '-c', commands[1].replace('python3', python)])
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertEqual(done.stdout, '3 frames, 5.5 a second\n')

    def test_every_command_of_the_readme_is_one(self):
        lines = re.findall(r'^    (hypnosctl [^#\n]*?) *(?:#.*)?$', README, re.MULTILINE)
        self.assertGreater(len(lines), 3)
        for line in lines:
            with self.subTest(line):
                # Without a daemon: understood, if it is that which is missing.
                done = self.run_command(line.split())
                self.assertEqual(done.returncode, 69, done.stderr)


if __name__ == '__main__':
    unittest.main()
