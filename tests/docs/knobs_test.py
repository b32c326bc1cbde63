#!/usr/bin/env python3
"""The pictures of src/novelty/KNOBS.md: that they are of the figures that lie beside it, and those figures of
the program.

usage: knobs_test.py HYPNOS_LAB [ARGUMENT OF unittest]...
"""

import csv
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import pages

HYPNOS_LAB = pathlib.Path(sys.argv.pop(1)).resolve()
SCRIPT = pages.ROOT / 'scripts/plot-knobs'
HOME = pages.ROOT / 'src/novelty'
FIGURES = HOME / 'knobs.csv'
LARGEST_BYTES = 60_000
# Of scores, which stand there with two digits: another machine's logarithms may round otherwise.
TOLERANCE = 0.011
HAS_MATPLOTLIB = subprocess.run(['/usr/bin/python3', '-c', 'import matplotlib'],
                                capture_output=True, check=False).returncode == 0


def rows(path: pathlib.Path) -> dict[tuple, dict]:
    with path.open(encoding='utf-8', newline='') as file:
        return {(row['knob'], row['value'], row['seed']): row for row in csv.DictReader(file)}


def plot(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


class Knobs(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_the_figures_are_those_of_the_program(self):
        subprocess.run([HYPNOS_LAB, 'knobs', '--out', self.folder], check=True, capture_output=True)
        now, kept = rows(self.folder / 'knobs.csv'), rows(FIGURES)
        self.assertEqual(now.keys(), kept.keys())
        for key, row in kept.items():
            self.assertEqual(now[key]['events'], row['events'], key)
            for was, score in zip(row['scores'].split(), now[key]['scores'].split(), strict=True):
                self.assertAlmostEqual(float(was), float(score), delta=TOLERANCE, msg=str(key))

    def test_the_pictures_are_of_these_figures(self):
        page = (HOME / 'KNOBS.md').read_text(encoding='utf-8')
        names = [target for _, target in pages.links(page) if target.endswith('.png')]
        self.assertEqual(len(names), 4)
        digest = hashlib.sha256(FIGURES.read_bytes()).hexdigest()
        for name in names:
            picture = (HOME / name).read_bytes()
            self.assertIn(digest.encode(), picture, 'run: scripts/plot-knobs src/novelty/knobs.csv')
            self.assertLess(len(picture), LARGEST_BYTES)

    @unittest.skipUnless(HAS_MATPLOTLIB, 'python3-matplotlib is not there: scripts/install-packages lab')
    def test_they_can_be_drawn_again(self):
        done = plot(FIGURES, self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.split()), 4)

    @unittest.skipUnless(HAS_MATPLOTLIB, 'python3-matplotlib is not there: scripts/install-packages lab')
    def test_what_is_no_result_is_refused(self):
        other = self.folder / 'other.csv'
        for text in ['', 'a,b\n1,2\n', 'knob,value,seed\nreach,1,1\n']:
            other.write_text(text, encoding='utf-8')
            done = plot(other, self.folder)
            self.assertEqual(done.returncode, 66, done.stderr)
            self.assertIn('other.csv', done.stderr)
        self.assertEqual(plot(self.folder / 'nowhere.csv').returncode, 66)

    def test_wrong_usage_is_said(self):
        self.assertEqual(plot('--colour').returncode, 64)
        self.assertEqual(plot().returncode, 64)


if __name__ == '__main__':
    unittest.main()
