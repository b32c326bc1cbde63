"""What the tests of hypnosd from outside have in common: to start it, to talk to it, to read what
it wrote. The test that imports this is given the path of hypnosd as its first argument.
"""

import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import control_client

HYPNOSD = os.path.abspath(sys.argv.pop(1))
# Generous: a sanitizer on a busy machine is slow. No run needs more than a second or two otherwise.
PATIENCE_S = 60

OK, USAGE, NO_INPUT, IO_ERROR, TRY_AGAIN, CONFIGURATION = 0, 64, 66, 74, 75, 78

# Learns, dreams and sleeps several times within forty frames.
SMALL = '''
sources:
  - name: door
    {source}
encoding:
  patches: {{size: 8}}
network:
  layers:
    - units: 24
    - units: 16
learning: {{rule: deferred_contrast}}
schedule: {{wake_steps: 10, sleep_steps: 8, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
'''

ENDLESS = 'synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}'


class HypnosdTest(unittest.TestCase):

    def setUp(self):
        self.said_by, self.readers = {}, {}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = {}
        self.columns = ['clip', 'frame', 'time_s', 'score', 'goodness_1', 'p_real_1', 'goodness_2',
                        'p_real_2']
        # What shall start it, and become it.
        self.starter = []
        # Who wants one names it: two daemons cannot share the usual one.
        self.control = ''
        self.scores = self.folder / 'scores.csv'
        self.config = self.folder / 'test.yaml'
        self.watch('file: {path: clip.avi}')

    def watch(self, source: str):
        self.config.write_text(SMALL.format(source=source), encoding='utf-8')

    def watch_sources(self, *sources: str):
        """As `watch`, several at once, each with its name and all."""
        rest = SMALL.format(source='').split('encoding:')[1]
        self.config.write_text('sources:\n' + ''.join(f'  - {source}\n' for source in sources) +
                               'encoding:' + rest, encoding='utf-8')

    def start(self, *arguments, **options) -> subprocess.Popen:
        # No HYPNOS_ variable of whoever runs the test.
        env = {'PATH': os.environ['PATH'], 'HYPNOS_CONTROL__SOCKET': f"'{self.control}'",
               **self.environment}
        for name in ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS']:
            if name in os.environ:
                env[name] = os.environ[name]
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **options}
        process = subprocess.Popen([*self.starter, HYPNOSD, *map(str, arguments)], cwd=self.folder, text=True,
                                   stdin=subprocess.DEVNULL, env=env, **options)
        # Whatever a test runs into, no daemon is left behind.
        self.addCleanup(self.put_away, process)
        return process

    def start_and_read(self, *arguments, **options) -> subprocess.Popen:
        """What it says on standard error is kept, for said: nobody else reads it while it runs."""
        process = self.start(*arguments, **options)
        lines = self.said_by[process] = []

        def read():
            for line in process.stderr:
                lines.append(line)
        reader = self.readers[process] = threading.Thread(target=read, daemon=True)
        reader.start()
        self.addCleanup(reader.join)
        self.addCleanup(process.kill)
        return process

    def said(self, process) -> str:
        """So far; all of it once it has ended."""
        if process.poll() is not None:
            self.readers[process].join(PATIENCE_S)
        return ''.join(self.said_by[process])

    @staticmethod
    def put_away(process: subprocess.Popen):
        process.kill()
        process.wait()
        for pipe in [process.stdout, process.stderr]:
            if pipe:
                pipe.close()

    def finish(self, process: subprocess.Popen) -> subprocess.CompletedProcess:
        out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run_program(self, *arguments, **options) -> subprocess.CompletedProcess:
        return self.finish(self.start(*arguments, **options))

    def run_to_end(self, *arguments, **options) -> subprocess.CompletedProcess:
        return self.run_program('--config', self.config, '--until-end', '--scores', self.scores,
                                *arguments, **options)

    def complaints(self, done) -> list[str]:
        """What it says on standard error, but for news; without time and level."""
        news = re.compile(r'\S+ info ')
        stamp = re.compile(r'\S+ (error|warning) ')
        return [stamp.sub('', line, count=1) for line in done.stderr.splitlines()
                if not news.match(line)]

    def assert_ends(self, done, code: int, *sentences: str):
        """With this exit code and these complaints, each a regular expression for a line."""
        said = self.complaints(done)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(said), len(sentences), done.stderr)
        for line, sentence in zip(said, sentences):
            self.assertRegex(line, f'^{sentence}$')

    def assert_refused(self, done, code: int, sentence: str):
        """With one complaint, before anything was learned or written."""
        self.assert_ends(done, code, sentence)
        self.assertFalse(self.scores.exists(), 'a scores file stays behind')
        self.assertEqual(done.stdout, '')

    def wait_until(self, true):
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), deadline, 'waited in vain')
            time.sleep(0.01)

    def rows(self) -> list[dict]:
        """Of the scores file, which must be whole."""
        text = self.scores.read_text(encoding='utf-8')
        self.assertTrue(text.endswith('\n'), text[-80:])
        with self.scores.open(encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            self.assertEqual(list(row), self.columns)
            self.assertNotIn(None, row.values(), 'a row is cut off')
        return rows

    def assert_rows(self, frames: int):
        self.assertEqual([int(row['frame']) for row in self.rows()], list(range(frames)))


class ControlledTest(HypnosdTest):
    """With somebody who can talk to it."""

    def setUp(self):
        try:
            self.protocol = control_client.load_protocol()
        except ImportError as missing:
            self.skipTest(f'{missing}: scripts/install-packages test')
        super().setUp()
        self.control = self.folder / 'control.sock'
        self.watch(ENDLESS)

    def connect(self) -> control_client.Client:
        """As soon as it listens."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                client = control_client.Client(self.protocol, self.control, PATIENCE_S)
            except (FileNotFoundError, ConnectionRefusedError):
                self.assertLess(time.monotonic(), deadline, 'nobody listens')
                time.sleep(0.01)
            else:
                self.addCleanup(client.close)
                return client

    def wait_for_frames(self, client: control_client.Client):
        deadline = time.monotonic() + PATIENCE_S
        while client.ask('status').frames == 0:
            self.assertLess(time.monotonic(), deadline, 'no frame came')

    def state(self, client: control_client.Client) -> str:
        source = client.ask('status').sources[0]
        return source.State.Name(source.state)
