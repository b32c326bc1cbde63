#!/usr/bin/env python3
"""header_check.py must fail when it should."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name('header_check.py')
COMPILER = os.environ.get('CXX', 'c++')


def check(text: str) -> subprocess.CompletedProcess:
    """Runs the check on a tree with one header."""
    with tempfile.TemporaryDirectory() as folder:
        header = pathlib.Path(folder, 'include/hypnos/base/a.h')
        header.parent.mkdir(parents=True)
        header.write_text(text, encoding='utf-8')
        return subprocess.run([sys.executable, CHECK, COMPILER, folder, folder],
                              capture_output=True, text=True, check=False)


class HeaderCheck(unittest.TestCase):

    def test_a_complete_header_passes(self):
        done = check('#pragma once\n#include <string>\nstruct A { std::string name; };\n')
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_missing_include_is_found(self):
        done = check('#pragma once\nstruct A { std::string name; };\n')
        self.assertEqual(done.returncode, 1)
        self.assertIn('include/hypnos/base/a.h does not compile alone', done.stdout)

    def test_a_missing_guard_is_found(self):
        self.assertEqual(check('struct A {};\n').returncode, 1)

    def test_a_tree_without_headers_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, CHECK, COMPILER, folder, folder],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)


if __name__ == '__main__':
    unittest.main()
