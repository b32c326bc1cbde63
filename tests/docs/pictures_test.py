#!/usr/bin/env python3
"""Pictures that scripts/plot-page draws from tables of pages: that they are of the tables that stand there
now, small, and can be drawn again.

usage: pictures_test.py
"""

import importlib.machinery
import importlib.util
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import pages

SCRIPT = pages.ROOT / 'scripts/plot-page'
LARGEST_BYTES = 60_000
HAS_MATPLOTLIB = subprocess.run(['/usr/bin/python3', '-c', 'import matplotlib'],
                                capture_output=True, check=False).returncode == 0


def load_script():
    loader = importlib.machinery.SourceFileLoader('plot_page', str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('plot_page', loader))
    loader.exec_module(module)
    return module


PLOT_PAGE = load_script()


def note_in(picture: pathlib.Path) -> str:
    """What the PNG file says that it was drawn from."""
    data = picture.read_bytes()
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from('>I4s', data, at)
        name, _, text = data[at + 8:at + 8 + length].partition(b'\0')
        if kind == b'tEXt' and name == PLOT_PAGE.NOTE.encode():
            return text.decode()
        at += length + 12
    return ''


class Pictures(unittest.TestCase):

    def assert_current(self, folder: pathlib.Path):
        for name in PLOT_PAGE.PICTURES:
            picture = folder / name
            self.assertEqual(note_in(picture), PLOT_PAGE.note_of(PLOT_PAGE.source_of(name)),
                             f'{picture} is not of the table that stands on the page; run: scripts/plot-page')
            self.assertLess(picture.stat().st_size, LARGEST_BYTES)

    def test_they_are_of_the_tables_that_stand_there(self):
        self.assert_current(PLOT_PAGE.HOME)

    def test_another_figure_is_another_picture(self):
        table = ''.join(PLOT_PAGE.source_of('phases.png'))
        self.assertIn('94.3', table)
        self.assertNotEqual(PLOT_PAGE.note_of([table]), PLOT_PAGE.note_of([table.replace('94.3', '94.4')]))

    @unittest.skipUnless(HAS_MATPLOTLIB, 'python3-matplotlib is not there: scripts/install-packages lab')
    def test_they_can_be_drawn_again(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([SCRIPT, folder], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_current(pathlib.Path(folder))

    @unittest.skipUnless(HAS_MATPLOTLIB, 'python3-matplotlib is not there: scripts/install-packages lab')
    def test_a_page_without_the_table_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ['scripts/plot-page', 'tests/experiments/README.md']:
                (pathlib.Path(folder) / name).parent.mkdir(parents=True)
                shutil.copy(pages.ROOT / name, pathlib.Path(folder) / name)
            page = pathlib.Path(folder) / 'tests/experiments/README.md'
            page.write_text(page.read_text(encoding='utf-8').replace('## At a tenth', '## Elsewhere'), encoding='utf-8')
            done = subprocess.run([pathlib.Path(folder) / 'scripts/plot-page'], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 70)
        self.assertIn("no heading 'At a tenth'", done.stderr)

    def test_wrong_usage_is_said(self):
        done = subprocess.run([SCRIPT, '--colour'], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 64)


if __name__ == '__main__':
    unittest.main()
