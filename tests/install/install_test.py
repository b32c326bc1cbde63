#!/usr/bin/env python3
"""Installs a build into an empty folder; its programs run there, and a small project that knows
nothing but that folder finds the library, is compiled, and learns from a clip.

usage: install_test.py CMAKE BUILD_FOLDER SOURCE_FOLDER COMPILER
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, SOURCE, COMPILER = sys.argv[1:5]
del sys.argv[1:5]
ROOT = pathlib.Path(SOURCE)
sys.path.insert(0, str(ROOT / 'tests/daemon'))

import clips  # noqa: E402

FRAMES = 40


def run(*arguments, cwd=None) -> str:
    done = subprocess.run([str(argument) for argument in arguments], cwd=cwd, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise AssertionError(f'{arguments} ends with {done.returncode}:\n{done.stdout}')
    return done.stdout


class Installed(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.prefix = cls.folder / 'prefix'
        run(CMAKE, '--install', BUILD, '--prefix', cls.prefix)

    def test_programs_run_where_they_lie_now(self):
        for name in ['hypnosd', 'hypnosctl', 'hypnos-lab']:
            said = run(self.prefix / 'bin' / name, '--version')
            self.assertRegex(said, rf'^{name} \d+\.\d+\.\d+ \(commit ')
        # Beside hypnosd, which starts it.
        self.assertTrue((self.prefix / 'bin/hypnos-capture').exists())
        # A developer's tool.
        self.assertFalse((self.prefix / 'bin/hypnos-bench').exists())

    def test_nothing_installed_knows_where_it_was_built(self):
        for file in (self.prefix / 'lib').rglob('*.cmake'):
            text = file.read_text(encoding='utf-8')
            for place in [SOURCE, BUILD, str(self.prefix)]:
                self.assertNotIn(place, text, file)

    def test_another_project_learns_with_the_library(self):
        project, build = self.folder / 'outside', self.folder / 'build'
        run('cp', '-r', ROOT / 'tests/install/outside', project)
        run(CMAKE, '-G', 'Ninja', '-S', project, '-B', build,
            f'-DCMAKE_PREFIX_PATH={self.prefix}',
            f'-DCMAKE_CXX_COMPILER={COMPILER}', '-DCMAKE_CXX_FLAGS=' + self.flags())
        run(CMAKE, '--build', build)
        clips.write_avi(self.folder / 'clip.avi', FRAMES)
        lines = run(build / 'outside', self.folder / 'clip.avi').splitlines()
        self.assertRegex(lines.pop(), rf'^outside .* learned from {FRAMES} frames$')
        self.assertEqual(len(lines), FRAMES)
        goodness = [float(line.split()[2]) for line in lines]
        self.assertGreater(goodness[-1], 0)
        self.assertNotEqual(goodness[-1], goodness[-2])

    @staticmethod
    def flags() -> str:
        """A library with sanitizers wants a program with them."""
        cache = (pathlib.Path(BUILD) / 'CMakeCache.txt').read_text(encoding='utf-8')
        kinds = re.search(r'^HYPNOS_SANITIZE:\w+=(.*)$', cache, re.MULTILINE).group(1)
        return f'-fsanitize={kinds}' if kinds else ''


if __name__ == '__main__':
    unittest.main()
