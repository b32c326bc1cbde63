#!/usr/bin/env python3
"""Runs every block of commands of every page, as it stands there, but for what no test can have: see
stand_in.py. A block that holds no commands is named here, with what it is; one that is neither fails.

usage: blocks_test.py HYPNOSD HYPNOSCTL HYPNOS_LAB HYPNOS_BENCH [ARGUMENT OF unittest]...
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import pages
import stand_in_commands

PROGRAMS = dict(zip(['HYPNOSD', 'HYPNOSCTL', 'HYPNOS_LAB', 'HYPNOS_BENCH'],
                    [os.path.abspath(path) for path in sys.argv[1:5]]))
del sys.argv[1:5]
PATIENCE_S = 300
SHELL = {'sh', 'bash', 'console', 'shell'}
# What other tests run, and what is no command: page and first line, and which test or what it is.
OTHER_TESTS = {
    ('README.md', 'mkdir -p python && protoc --python_out=python proto/control.proto proto/telemetry.proto'):
        'tests/cli/readme_test.py',
    ('README.md', 'import socket'): 'tests/cli/readme_test.py',
    ('README.md', 'import json'): 'tests/daemon/checkpoint_test.py',
    ('src/sources/SERIES.md', 'scripts/sensors > sensors.csv &'): 'tests/daemon/series_page_test.py',
    ('src/sources/SERIES.md', 'hypnosd --config configs/series.yaml &'): 'tests/daemon/series_page_test.py',
    ('src/sources/SERIES.md', 'hypnosctl --socket hypnos.sock status'): 'tests/daemon/series_page_test.py',
    ('src/sources/SERIES.md', 'hypnosctl --socket hypnos.sock predict --steps 5'): 'tests/daemon/series_page_test.py',
    ('src/sources/SERIES.md', 'hypnosctl --socket hypnos.sock dream --steps 20'): 'tests/daemon/series_page_test.py',
    ('src/sinks/README.md', 'import hashlib, hmac, http.server, time'): 'tests/docs/blocks_test.py',
    ('src/novelty/KNOBS.md', 'hypnos-lab knobs --out results'): 'tests/docs/knobs_test.py',
}
NO_COMMANDS = {
    ('README.md', 'playlist of 2 entries'): 'what the demo shows',
    ('src/sources/SERIES.md', 'time,load,running,free_mb,network_kb,switches'): 'what scripts/sensors writes',
    ('src/network/LEARNING.md', 'a[t] = U below[t-1] + D above[t-1] + S self[t-1] + b'):
        'equations',
    ('src/network/LEARNING.md', 'G = sum of r_i^2                      of feature units; of constraint units it counts against'):
        'equations',
    ('src/network/LEARNING.md', 'real    dW_i =  (1-p) r_i in  +  lambda (mean(m) - m_i) in'):
        'equations',
    ('src/sources/CAMERAS.md', 'install -m 600 -o hypnos /dev/null /etc/hypnos/door.login    # then write the two lines'):
        'a command that wants root, and a line of a configuration',
}

# What runs already when a block begins: two sources, labels, and everything that commands ask for.
HOUSE = '''
sources:
  - name: door
    labels: {{scene: {{}}}}
    pace: realtime
    synthetic: {{scene: digits, width: 32, height: 32, frames: 0, frame_rate_hz: 20}}
  - {{name: yard, pace: realtime, synthetic: {{scene: glyphs, width: 32, height: 32, frames: 0, frame_rate_hz: 20}}}}
encoding: {{width: 32, height: 32, motion: true, patches: {{size: 8}}}}
network:
  layers:
    - units: 24
    - units: 16
learning: {{rule: deferred_contrast}}
schedule: {{wake_steps: 10, sleep_steps: 8, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: 2, interval_frames: 8, every_steps: 200}}
guard: {{enabled: true}}
novelty: {{enabled: true}}
labels: {{classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', walking]}}
checkpoint: {{folder: {folder}/checkpoints}}
history: {{folder: {folder}/history}}
'''


def first_line(block: pages.Block) -> str:
    return block.text.strip().splitlines()[0]


def is_drawing(text: str) -> bool:
    return re.search('[\u2190-\u21ff\u2500-\u25ff]', text) is not None


def is_configuration(block: pages.Block) -> bool:
    return block.language == 'yaml' or (not block.language and
                                        re.match(r'[a-z_]+:(\s|$)', block.text) is not None)


def all_blocks() -> list[tuple[str, pages.Block]]:
    return [(pages.name_of(page), block) for page in pages.markdown_files()
            for block in pages.blocks(page.read_text(encoding='utf-8'))]


def commands_of(page: str, block: pages.Block) -> bool:
    """Whether it is to be run."""
    key = (page, first_line(block))
    if key in OTHER_TESTS or key in NO_COMMANDS or is_configuration(block):
        return False
    return block.language in SHELL or (not block.language and not is_drawing(block.text))


class Lists(unittest.TestCase):

    def test_what_is_left_out_is_still_there(self):
        there = {(page, first_line(block)) for page, block in all_blocks()}
        for key, test in OTHER_TESTS.items():
            self.assertIn(key, there)
            self.assertTrue((pages.ROOT / test).exists(), test)
            self.assertIn(pathlib.Path(key[0]).name, (pages.ROOT / test).read_text(encoding='utf-8'))
        for key in NO_COMMANDS:
            self.assertIn(key, there)

    def test_every_block_is_something(self):
        known = SHELL | {'', 'yaml', 'python', 'text', 'json', 'csv', 'ini', 'proto'}
        for page, block in all_blocks():
            with self.subTest(f'{page}:{block.line}'):
                self.assertIn(block.language, known)
                # A program is run by some test.
                if block.language == 'python':
                    self.assertIn((page, first_line(block)), OTHER_TESTS)

    def test_what_is_not_run_is_named_by_a_page(self):
        text = '\n'.join(block.text for page, block in all_blocks() if commands_of(page, block))
        for name in stand_in_commands.not_run():
            self.assertRegex(text, rf'(?m)(^|[|;&(] *|sudo ){re.escape(name)} ')

    def test_there_are_blocks_to_run(self):
        self.assertGreater(sum(commands_of(page, block) for page, block in all_blocks()), 30)


class BlocksTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.commands = cls.folder / 'commands'
        stand_in_commands.write(cls.commands)
        cls.socket = cls.folder / 'house.sock'
        config = cls.folder / 'house.yaml'
        config.write_text(HOUSE.format(folder=cls.folder), encoding='utf-8')
        cls.log = (cls.folder / 'house.log').open('w', encoding='utf-8')
        cls.addClassCleanup(cls.log.close)
        cls.house = subprocess.Popen([PROGRAMS['HYPNOSD'], '--config', config, '--control', cls.socket],
                                     stdin=subprocess.DEVNULL, stdout=cls.log, stderr=cls.log, env=cls.environment())
        cls.addClassCleanup(cls.end_house)
        # Until there is something to ask: a sleep, a scoring, a checkpoint.
        cls.wait_for('probe')
        cls.wait_for('checkpoint', 'save')

    @classmethod
    def end_house(cls):
        cls.house.terminate()
        cls.house.wait(timeout=PATIENCE_S)

    @classmethod
    def wait_for(cls, *command: str):
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run([PROGRAMS['HYPNOSCTL'], '--socket', cls.socket, *command], capture_output=True,
                             check=False).returncode != 0:
            if time.monotonic() > deadline or cls.house.poll() is not None:
                raise AssertionError((cls.folder / 'house.log').read_text(encoding='utf-8'))
            time.sleep(0.05)

    @classmethod
    def environment(cls) -> dict[str, str]:
        """Nothing of whoever runs the test, and no command but those that stand in for others."""
        kept = {name: os.environ[name] for name in ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS']
                if name in os.environ}
        return {**kept, 'PATH': os.environ['PATH'], 'HOME': str(cls.folder), 'LC_ALL': 'C.UTF-8'}

    def here(self) -> pathlib.Path:
        """A folder that looks like the checkout, and like what a machine has on which it is installed."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for name in ['configs', 'deploy', 'proto', 'src', 'tests', 'README.md']:
            (folder / name).symlink_to(pages.ROOT / name)
        (folder / 'scripts').symlink_to(self.commands / 'scripts')
        (folder / 'etc').mkdir()
        shutil.copy(pages.ROOT / 'configs/synthetic.yaml', folder / 'etc/hypnos.yaml')
        shutil.copy(pages.ROOT / 'configs/synthetic.yaml', folder / 'my.yaml')
        return folder

    @staticmethod
    def as_run(text: str, here: pathlib.Path) -> str:
        for installed, put in [('/var/lib/hypnos', here / 'var'), ('/etc/hypnos', here / 'etc'),
                               ('/usr/bin/python3', 'python3')]:
            text = text.replace(str(installed), str(put))
        return text

    def run_block(self, text: str) -> tuple[int, str]:
        """Its exit code and what it said."""
        here = self.here()
        env = {**self.environment(), 'PATH': str(self.commands), 'BLOCKS_ROOT': str(pages.ROOT),
               'BLOCKS_SOCKET': str(self.socket), **{f'BLOCKS_{name}': path for name, path in PROGRAMS.items()},
               'REAL_PATH': os.environ['PATH']}
        try:
            done = subprocess.run([shutil.which('bash'), '-e', '-u', '-c', 'seed=1\n' + self.as_run(text, here)],
                                  cwd=here, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
        finally:
            self.end_daemons(here)
        return done.returncode, done.stdout

    def end_daemons(self, here: pathlib.Path):
        """Those that the block has started."""
        started = here / 'daemons'
        if not started.exists():
            return
        for line in started.read_text(encoding='utf-8').splitlines():
            pid = int(line.split()[0])
            try:
                self.end_process(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended

    def end_process(self, pid: int):
        """Raises FileNotFoundError or ProcessLookupError where it ends, or has ended."""
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        # Whoever started it has gone, so that nobody here can wait for it.
        while ') Z ' not in pathlib.Path(f'/proc/{pid}/stat').read_text(encoding='utf-8'):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                self.fail(f'a daemon did not end {PATIENCE_S} s after it was told to')
            time.sleep(0.02)

    def test_each_block_does_what_it_says(self):
        for page, block in all_blocks():
            if commands_of(page, block):
                with self.subTest(f'{page}:{block.line}'):
                    code, said = self.run_block(block.text)
                    self.assertEqual(code, 0, f'{block.text}\n{said}')

    def test_the_receiver_believes_nobody_else(self):
        """Of src/sinks/README.md, which is told events by a daemon, and by somebody else."""
        receiver, = [block.text for page, block in all_blocks()
                     if (page, first_line(block)) == ('src/sinks/README.md', 'import hashlib, hmac, http.server, time')]
        here = self.here()
        (here / 'secret').write_text('hush\n', encoding='utf-8')
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        self.assertIn('8000', receiver)
        (here / 'receiver.py').write_text(receiver.replace('8000', str(port)), encoding='utf-8')
        listening = subprocess.Popen([sys.executable, '-B', '-u', 'receiver.py'], cwd=here, text=True,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(listening.stdout.close)
        self.addCleanup(listening.wait)
        self.addCleanup(listening.kill)
        url = f'http://127.0.0.1:{port}/'
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(url, data=b'{}', timeout=60)
                break
            except urllib.error.URLError:  # it is being started
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
        self.assertEqual(refused.exception.code, 403)
        refused.exception.close()
        webhook = f'{{name: home, url: "{url}", secret_file: secret, severity: info}}'
        done = subprocess.run(
            [PROGRAMS['HYPNOSD'], '--config', 'configs/synthetic.yaml', '--until-end', '--control', '',
             '--set', 'sources.0.synthetic.frames=20', '--set', f'notify={{folder: outbox, webhooks: [{webhook}]}}'],
            cwd=here, env=self.environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"kind"', listening.stdout.readline())

    def test_each_configuration_is_one(self):
        """Parts of one are tried within the rest of the smallest."""
        for page, block in all_blocks():
            if not is_configuration(block):
                continue
            with self.subTest(f'{page}:{block.line}'):
                here = self.here()
                keys = set(re.findall(r'^(\w+):', block.text, re.MULTILINE))
                text = self.as_run(block.text, here)
                if keys == {'profiles'}:
                    profiles = here / '.config/hypnos/profiles.yaml'
                    profiles.parent.mkdir(parents=True)
                    profiles.write_text(text, encoding='utf-8')
                    name, = re.findall(r'name: (\S+)', text)
                    done = subprocess.run([PROGRAMS['HYPNOSCTL'], '--profile', name, 'status'], capture_output=True,
                                          text=True, env={**self.environment(), 'HOME': str(here)}, check=False)
                    # Understood, up to the files that it names.
                    self.assertNotIn('profiles.yaml', done.stderr)
                    self.assertRegex(done.stderr, r'attic\.(token|pem)')
                    continue
                rest = {'sources': 'sources: [{name: door, synthetic: {}}]\n',
                        'encoding': 'encoding: {patches: {}}\n', 'network': 'network: {layers: [{}]}\n'}
                text += ''.join(line for key, line in rest.items() if key not in keys)
                (here / 'page.yaml').write_text(text, encoding='utf-8')
                done = subprocess.run([PROGRAMS['HYPNOSD'], '--config', here / 'page.yaml', '--check-config'],
                                      capture_output=True, text=True, cwd=here, env=self.environment(), check=False)
                if 'this build has no NATS' in done.stderr:
                    self.skipTest('this build has no NATS')
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_block_that_is_wrong_is_found(self):
        for text in ['hypnosctl statsu\n', 'hypnosctl status --colour\n', 'hypnosd --config configs/nowhere.yaml\n',
                     'hypnosd --config configs/file.yaml --set sources.0.colour=1 --until-end\n',
                     'hypnos-lab phases --colour\n', 'scripts/nowhere\n', 'scripts/check --colour\n',
                     'hypnos-bench --benchmark_filter=Nowhere\n', 'cp deploy/nowhere /etc\n', 'cmake --preset nowhere\n', 'unknown-command\n',
                     'hypnosctl status\nfalse\n', 'python3 tests/nowhere.py\n', 'rm -rf nothing\n']:
            with self.subTest(text):
                self.assertNotEqual(self.run_block(text)[0], 0)


if __name__ == '__main__':
    unittest.main()
