#!/usr/bin/env python3
"""What proto/CONFIGURATION.md says of a reload, asked of a daemon in whose file a key of every section
has changed.

usage: reload_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

from hypnosd_case import ControlledTest  # noqa: E402

PAGE = (ROOT / 'proto/CONFIGURATION.md').read_text(encoding='utf-8')

# {x} is what changes: one thing of each section, but of `control`, by which the daemon is asked.
CONFIGURATION = '''
seed: {x}
share: {share}
sources:
  - {{name: door, queue_frames: {x}, synthetic: {{scene: glyphs, width: 32, height: 32, frames: 0}}}}
encoding: {{scaling_horizon_frames: {x}00, patches: {{size: 8}}}}
network: {{input_noise_power: 0.0{x}, layers: [{{units: 24}}, {{units: 16}}]}}
generator: {{rate: 0.{x}}}
learning: {{rate: 0.00{x}}}
schedule: {{wake_steps: {x}0}}
memory: {{residuals: {x}}}
pipeline: {{frames_in_flight: {x}}}
output: {{status_interval_seconds: {x}, score_learned_entries: {flag}}}
probe: {{sequences: {x}}}
guard: {{attempts: {x}}}
novelty: {{reach: {x}}}
labels: {{strength: {x}}}
checkpoint: {{keep: {x}}}
record: {{keep_days: {x}}}
web: {{port: 0, hosts: [hypnos{x}.example]}}
notify: {{folder: 'outbox{x}'}}
history: {{budget_megabytes: {x}0}}
'''
# Where it was built with it; and what several networks of one daemon cannot have.
BROKER = '''broker: {{url: 'nats://127.0.0.1:1', folder: 'waiting', prefix: hypnos{x}}}
'''
SHARED = '''
sources:
  - {{name: door, synthetic: {{scene: glyphs, width: 32, height: 32, frames: 0}}}}
encoding: {{patches: {{size: 8}}}}
network: {{layers: [{{units: 24}}, {{units: 16}}]}}
broker: {{url: 'nats://127.0.0.1:1', folder: 'shared'}}
spread: {{network: porch{x}, layers: [2], host_within_seconds: 0}}
hosts: [{{network: yard{x}, layers: [1]}}]
replicas: {{model: gate{x}}}
'''
SHARED_SECTIONS = {'spread', 'hosts', 'replicas'}


class ReloadTest(ControlledTest):

    def write(self, x: int):
        self.config.write_text(self.configuration.format(
            x=x, share=['nothing', 'weights'][x % 2], flag=['false', 'true'][x % 2]), encoding='utf-8')

    def test_a_reload_takes_over_what_the_page_says_and_no_more(self):
        said, = re.findall(r'`hypnosctl config reload`, takes over (.*?)\.\s', PAGE.replace('\n', ' '))
        taken_over = re.findall(r'`([\w.]+)`', said)
        has_nats = ', nats' in self.run_program('--version').stdout
        self.configuration = CONFIGURATION + (BROKER if has_nats else '')
        self.write(2)
        self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.write(3)
        answer = client.ask('reload_config')
        self.assertEqual(sorted(answer.changed), sorted(
            key + ('.door' if key == 'sources' else '') for key in taken_over))
        sections = set(re.findall(r'^(\w+):', self.configuration, re.MULTILINE)) - {'sources'}
        restarting = {key.split('.')[0] for key in answer.need_restart}
        self.assertEqual(restarting, sections)
        if has_nats:
            sections |= self.ask_of_what_is_shared()
        keys = set(re.findall(r'^\| `(\w+)` \|', PAGE.split('\n## ')[1], re.MULTILINE))
        self.assertEqual(sections | {'sources', 'control'} | (set() if has_nats else {'broker', *SHARED_SECTIONS}), keys,
                         'a section is not tried here')

    def ask_of_what_is_shared(self) -> set[str]:
        self.control = self.folder / 'shared.sock'
        self.configuration = SHARED
        self.write(2)
        self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.write(3)
        answer = client.ask('reload_config')
        self.assertEqual(list(answer.changed), [])
        self.assertEqual({key.split('.')[0] for key in answer.need_restart}, SHARED_SECTIONS)
        return SHARED_SECTIONS


if __name__ == '__main__':
    unittest.main()
