#!/usr/bin/env python3
"""src/telemetry/METRICS.md, against what a daemon serves of which all that can be told is told.

usage: metrics_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import pathlib
import re
import sys
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

from hypnosd_case import ControlledTest  # noqa: E402

PAGE = ROOT / 'src/telemetry/METRICS.md'
CODE = ROOT / 'src/daemon/metrics.cc'

# Stream, webhook and broker lead to a port of which nobody answers.
EVERYTHING = '''
sources:
  - name: door
    labels: {{scene: {{}}}}
    synthetic: {{scene: digits, width: 32, height: 32, frames: 0}}
  - name: yard
    stream: {{url: 'rtsp://127.0.0.1:9/yard'}}
encoding: {{width: 32, height: 32, motion: true, patches: {{size: 8}}}}
network:
  layers:
    - units: 24
    - units: 16
learning: {{rule: deferred_contrast}}
schedule: {{wake_steps: 100, sleep_steps: 80, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: 2, interval_frames: 8, every_steps: 200}}
guard: {{enabled: true}}
novelty: {{enabled: true}}
labels: {{classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}}
checkpoint: {{folder: {folder}/checkpoints, every_seconds: 1}}
record: {{enabled: true, folder: {folder}/sessions}}
history: {{folder: {folder}/history}}
notify:
  folder: {folder}/outbox
  webhooks: [{{name: home, url: 'http://127.0.0.1:9/'}}]
  events: {{folder: {folder}/events}}
broker: {{url: 'nats://127.0.0.1:9', name: porch, folder: {folder}/broker}}
spread: {{network: porch, layers: [2], host_within_seconds: 0}}
hosts: [{{network: yard, layers: [1]}}]
replicas: {{model: gate}}
web: {{port: 0}}
'''


def documented() -> dict[str, tuple[str, set[str], str]]:
    """Of each metric its type, its labels and what is said of it."""
    rows = re.findall(r'^\| `((?:hypnos|process)_\w+)` \| (\w+) \| ([^|]*)\| (.*) \|$',
                      PAGE.read_text(encoding='utf-8'), re.MULTILINE)
    return {name: (kind, set(re.findall(r'`(\w+)`', labels)), said) for name, kind, labels, said in rows}


def words() -> dict[tuple[str, str], set[str]]:
    """What a label of a metric may be, of those whose words are fixed."""
    found = {}
    for label, names, values in re.findall(r'^\| `(\w+)` \| (`hypnos_[^|]*) \| (`[^|]*) \|$',
                                           PAGE.read_text(encoding='utf-8'), re.MULTILINE):
        for name in re.findall(r'`(\w+)`', names):
            found[name, label] = set(re.findall(r'`(\w+)`', values))
    return found


class MetricsTest(ControlledTest):

    def setUp(self):
        super().setUp()
        self.everything, self.documented = EVERYTHING.format(folder=self.folder), documented()
        # What a build without NATS cannot have.
        if ', nats' not in self.run_program('--version').stdout:
            self.everything = re.sub('(?m)^(broker|replicas): .*\n', '', self.everything)
            self.documented = {name: said for name, said in documented().items()
                               if not re.search('broker|replicas', name)}

    def test_the_page_names_what_the_code_does(self):
        code = set(re.findall(r'"((?:hypnos|process)_\w+)"', CODE.read_text(encoding='utf-8')))
        self.assertEqual(code, set(documented()))

    @staticmethod
    def page(port: str) -> str:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics', timeout=30) as answer:
            return answer.read().decode()

    def served(self, port: str) -> dict[str, tuple[str, set[str], str]]:
        page = self.page(port)
        kinds = dict(re.findall(r'^# TYPE (\S+) (\S+)$', page, re.MULTILINE))
        found = {name: (kinds[name], set(), said)
                 for name, said in re.findall(r'^# HELP (\S+) (.*)$', page, re.MULTILINE)}
        for series, labels in re.findall(r'^(\w+)(\{.*\})? \S+$', page, re.MULTILINE):
            name = series if series in kinds else re.sub(r'_(bucket|sum|count)$', '', series)
            found[name][1].update(set(re.findall(r'(\w+)="', labels)) - {'le'})
        return found

    def test_the_page_says_what_is_served(self):
        self.config.write_text(self.everything, encoding='utf-8')
        with (self.folder / 'log').open('w', encoding='utf-8') as log:
            self.start('--config', self.config, stderr=log)
        client = self.connect()
        self.wait_for_frames(client)
        log_of_web = lambda: re.search(r'http://127\.0\.0\.1:([1-9]\d{2,})',  # noqa: E731
                                       (self.folder / 'log').read_text(encoding='utf-8'))
        self.wait_until(log_of_web)
        port = log_of_web()[1]
        # Some come with the first sleep, scoring or checkpoint.
        self.wait_until(lambda: set(self.served(port)) == set(self.documented))
        for name, told in self.served(port).items():
            with self.subTest(name):
                self.assertEqual(told, documented()[name])
        known = words()
        self.assertGreater(len(known), 8)
        for series, labels in re.findall(r'^(\w+)\{(.*)\} \S+$', self.page(port), re.MULTILINE):
            name = re.sub(r'_(bucket|sum|count)$', '', series)
            for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
                if label in ('state', 'phase', 'reason', 'frames', 'by'):
                    self.assertIn(value, known[name, label], f'{name}: {label}')


if __name__ == '__main__':
    unittest.main()
