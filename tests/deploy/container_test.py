#!/usr/bin/env python3
"""What lies in deploy/container: a linter is content with the Dockerfile, what is copied and mounted
is there, and the check of health tells a daemon that lives from none.

usage: container_test.py PATH_OF_HYPNOSD SOURCE_FOLDER BUILD_FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HYPNOSD, ROOT, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
del sys.argv[2:4]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

from hypnosd_case import OK, HypnosdTest  # noqa: E402

CONTAINER = ROOT / 'deploy/container'
DOCKERFILE = CONTAINER / 'Dockerfile'
LINT = ROOT / 'tests/deploy/dockerfilelint'


def run(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(argument) for argument in arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)


class Dockerfile(unittest.TestCase):

    def linter(self) -> pathlib.Path:
        """What package-lock.json names, by its hashes, and without scripts of theirs."""
        if not shutil.which('npm'):
            self.skipTest('there is no npm: scripts/install-packages test')
        folder = BUILD / 'dockerfilelint'
        folder.mkdir(parents=True, exist_ok=True)
        note, lock = folder / 'node_modules/.lock', LINT / 'package-lock.json'
        if not note.exists() or note.read_bytes() != lock.read_bytes():
            for name in ['package.json', 'package-lock.json']:
                shutil.copy(LINT / name, folder)
            try:
                done = run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', cwd=folder,
                           timeout=120)
            except subprocess.TimeoutExpired:
                self.skipTest('npm could not fetch the linter within two minutes')
            if done.returncode != 0:
                self.skipTest(f'npm could not fetch the linter; is there a network? {done.stdout}')
            shutil.copy(lock, note)
        return folder / 'node_modules/.bin/dockerfilelint'

    def test_the_linter_is_content(self):
        done = run(self.linter(), DOCKERFILE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_is_copied_is_there(self):
        for words in re.findall(r'^COPY (?!.*--from)(.*)$', DOCKERFILE.read_text(encoding='utf-8'),
                                re.MULTILINE):
            *files, _ = [word for word in words.split() if not word.startswith('--')]
            for file in files:
                self.assertTrue((ROOT / file).exists(), file)

    def test_it_is_no_root_and_is_asked_how_it_is(self):
        text = DOCKERFILE.read_text(encoding='utf-8')
        self.assertRegex(text, r'(?m)^USER hypnos$')
        self.assertRegex(text, r'(?m)^HEALTHCHECK .*healthy')

    def test_what_is_mounted_is_there(self):
        mounts = re.findall(r'(?m)^ +- (\.\.?/[^:]*):', (CONTAINER / 'compose.yaml').read_text(encoding='utf-8'))
        self.assertGreater(len(mounts), 3)
        for mount in mounts:
            self.assertTrue((CONTAINER / mount).exists(), mount)


class Health(HypnosdTest):

    def test_the_configuration_of_the_image_is_valid(self):
        self.assert_ends(self.run_program('--config', CONTAINER / 'hypnos.yaml', '--check-config'),
                         OK)

    def test_a_daemon_that_lives_is_healthy_and_none_is_not(self):
        text = (CONTAINER / 'hypnos.yaml').read_text(encoding='utf-8')
        text = text.replace('/var/lib/hypnos', str(self.folder)).replace('web: {}', 'web: {port: 0}')
        self.config.write_text(text, encoding='utf-8')
        said = self.folder / 'log'
        with said.open('w', encoding='utf-8') as log:
            process = self.start('--config', self.config, stderr=log)
        found = None
        while not found:
            self.wait_until(lambda: 'dashboard' in said.read_text(encoding='utf-8'))
            found = re.search(r'dashboard: http://127.0.0.1:(\d+)\s', said.read_text(encoding='utf-8'))
        port = found.group(1)
        done = run(CONTAINER / 'healthy', port)
        self.assertEqual(done.returncode, 0, done.stdout)
        process.kill()
        process.wait()
        self.assertNotEqual(run(CONTAINER / 'healthy', port).returncode, 0)


if __name__ == '__main__':
    unittest.main()
