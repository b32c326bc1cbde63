#!/usr/bin/env python3
"""src/sources/SERIES.md, run as it stands there: every block of shell commands, one after the other.

usage: series_page_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL ROOT_OF_THE_REPOSITORY
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HYPNOSD, HYPNOSCTL, ROOT = (pathlib.Path(path).resolve() for path in sys.argv[1:4])
PATIENCE_S = 120
ROWS = 8

# Where the page leaves a reader some minutes: until so many rows were seen.
WAIT = f'''
for i in $(seq 600); do
  if (($(hypnosctl --socket hypnos.sock --json status 2>/dev/null |
         grep -o '"frames": *"[0-9]*"' | head -1 | grep -o '[0-9]*' || echo 0) >= {ROWS})); then break; fi
  sleep 0.1
done
'''


class SeriesPageTest(unittest.TestCase):

    def test_the_page_does_what_it_says(self):
        page = (ROOT / 'src/sources/SERIES.md').read_text(encoding='utf-8')
        blocks = re.findall(r'^```sh\n(.*?)^```', page, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 5)
        blocks.insert(2, WAIT)
        with tempfile.TemporaryDirectory() as folder:
            for name in ['scripts', 'configs']:
                os.symlink(ROOT / name, pathlib.Path(folder) / name)
            script = ('set -e\ntrap "kill $(jobs -p)" EXIT\n'.replace('$(', r'\$(')
                      + '\necho "== block"\n'.join(blocks))
            env = {**os.environ,
                   'PATH': f'{HYPNOSD.parent}:{HYPNOSCTL.parent}:{os.environ["PATH"]}'}
            done = subprocess.run(['bash', '-c', script], cwd=folder, env=env, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        said = done.stdout.split('== block\n')
        status, predicted, dreamed = said[-3:]
        self.assertIn('machine', status)
        self.assertRegex(status, r'prediction error +\S+ variances of the input\n')
        # Five columns, each step of each with its interval.
        self.assertEqual(len(re.findall(r'^ +[1-5]  \S+  \(\S+ to \S+\)$', predicted, re.MULTILINE)),
                         5 * 5, predicted)
        self.assertEqual(len(re.findall(r'^ +\d+  \S+$', dreamed, re.MULTILINE)), 5 * 20, dreamed)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
