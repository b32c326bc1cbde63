#!/usr/bin/env python3
"""Layers of a network that other daemons compute, through a NATS server: the same bits as in one
process; and what happens where one of them, or the server, is gone, hangs or comes back.

usage: spread_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import pathlib
import re
import signal
import subprocess
import sys
import threading
import unittest
import urllib.request

import control_client
import nats_server
from hypnosd_case import CONFIGURATION, HYPNOSD, OK, ControlledTest

SKIPPED = 69
TRY_AGAIN = 75

HEAD = '''
sources:
  - name: door
    synthetic: {{scene: glyphs, width: 32, height: 32, frames: {frames}}}
encoding:
  patches: {{size: 8}}
network:
  layers:
    - units: 24
    - units: 20
    - units: 16
learning: {{rule: {rule}}}
schedule: {{wake_steps: 10, sleep_steps: 8, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: 2, interval_frames: 8, every_steps: 40}}
web: {{port: 0}}
'''


class SpreadTest(ControlledTest):

    def setUp(self):
        super().setUp()
        self.columns += ['goodness_3', 'p_real_3']
        folder = self.folder / 'server'
        folder.mkdir()
        self.server = nats_server.NatsServer(folder)
        self.addCleanup(self.server.end)
        self.server.start()
        self.said_by = {}

    def broker(self, name: str) -> str:
        return f'broker: {{url: "{self.server.url}", name: {name}, interval_seconds: 0.5, ' \
               f'folder: {self.folder}/{name}}}\n'

    def watch(self, source: str = '', frames: int = 0, rule: str = 'deferred_contrast', spread: str = ''):
        text = HEAD.format(frames=frames, rule=rule)
        if spread:
            text += self.broker('head') + f'spread: {{network: porch, {spread}}}\n'
        self.config.write_text(text, encoding='utf-8')

    def start_and_read(self, *arguments, **options):
        process = self.start(*arguments, **options)
        lines = self.said_by[process] = []

        def read():
            for line in process.stderr:
                lines.append(line)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        self.addCleanup(reader.join)
        self.addCleanup(process.kill)
        return process

    def said(self, process) -> str:
        return ''.join(self.said_by[process])

    def host(self, name: str, layers, network: str = 'porch'):
        config = self.folder / f'{name}.yaml'
        config.write_text(self.broker(name) + f'hosts: [{{network: {network}, layers: {list(layers)}}}]\n',
                          encoding='utf-8')
        control, self.control = self.control, ''
        process = self.start_and_read('--config', config)
        self.control = control
        return process

    def metrics(self, process) -> dict[str, float]:
        self.wait_until(lambda: 'dashboard: http' in self.said(process))
        url = re.search(r'dashboard: (http://[\d.:]+)', self.said(process))[1]
        with urllib.request.urlopen(url + '/metrics', timeout=60) as page:
            text = page.read().decode()
        return {name: float(value)
                for name, value in re.findall(r'^(hypnos_remote_layer_\w+)\{[^}]*\} (\S+)$', text, re.MULTILINE)}

    @staticmethod
    def is_probed(client) -> bool:
        """Which pulls the weights."""
        try:
            client.ask('probe')
        except control_client.Refused:
            return False
        return True

    def frames(self, client) -> int:
        return client.ask('status').frames

    def steps(self, process) -> tuple[float, float]:
        measured = self.metrics(process)
        return (measured['hypnos_remote_layer_steps_total'], measured['hypnos_remote_layer_late_steps_total'])

    def start_live(self, spread: str = 'layers: [2], lost_after_seconds: 1'):
        self.control = str(self.folder / 'control.sock')
        self.watch(spread=spread)
        return self.start_and_read('--config', self.config)

    def wait_for_answers(self, head):
        """Steps that were answered in time: more than can be under way while they are counted."""
        before = self.steps(head)

        def answered():
            now = self.steps(head)
            return now[0] - before[0] > now[1] - before[1] + 20
        self.wait_until(answered)

    @staticmethod
    def resident_kilobytes(process) -> int:
        status = pathlib.Path(f'/proc/{process.pid}/status').read_text(encoding='utf-8')
        return int(re.search(r'VmRSS:\s+(\d+)', status)[1])


class Lossless(SpreadTest):

    def scores_of(self, spread: str, rule: str) -> str:
        self.watch(frames=120, rule=rule, spread=spread)
        self.control = ''
        done = self.run_to_end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assert_rows(120)
        text = self.scores.read_text(encoding='utf-8')
        self.scores.unlink()
        return text

    def test_two_and_four_processes_come_to_the_same_bits_as_one(self):
        for rule in ['deferred_contrast', 'rehearsed']:
            with self.subTest(rule):
                alone = self.scores_of('', rule)
                one = self.host('garage', [1, 2, 3])
                self.assertEqual(self.scores_of('layers: [2], mode: lossless', rule), alone)
                one.terminate()
                self.assertEqual(one.wait(60), OK, self.said(one))
                hosts = [self.host(name, [layer]) for layer, name in enumerate(['attic', 'barn', 'cellar'], 1)]
                self.assertEqual(self.scores_of('layers: [1, 2, 3], mode: lossless', rule), alone)
                for host in hosts:
                    self.assertIn('computes layer', self.said(host))
                    host.terminate()
                    self.assertEqual(host.wait(60), OK, self.said(host))

    def test_a_server_that_is_away_for_a_while_changes_no_bit(self):
        alone = self.scores_of('', 'rehearsed')
        self.host('garage', [2])
        self.watch(frames=120, rule='rehearsed', spread='layers: [2], mode: lossless, lost_after_seconds: 60')
        head = self.start_and_read('--config', self.config, '--until-end', '--scores', self.scores)
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 2000)
        self.server.end()
        self.server.start()
        self.assertEqual(head.wait(60), OK, self.said(head))
        self.assertEqual(self.scores.read_text(encoding='utf-8'), alone)

    def test_a_host_that_is_gone_ends_the_run_with_a_sentence(self):
        host = self.host('garage', [2])
        self.watch(spread='layers: [2], mode: lossless, lost_after_seconds: 1')
        head = self.start_and_read('--config', self.config, '--until-end', '--scores', self.scores)
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 2000)
        host.kill()
        self.assertEqual(head.wait(60), TRY_AGAIN, self.said(head))
        self.assertIn("layer 2 of porch: 'garage', which computes it, has not answered for 1 s", self.said(head))

    def test_nobody_who_computes_it_ends_the_run_with_a_sentence(self):
        self.watch(spread='layers: [2], mode: lossless, host_within_seconds: 0.2')
        head = self.start_and_read('--config', self.config, '--until-end')
        self.assertEqual(head.wait(60), TRY_AGAIN, self.said(head))
        self.assertIn('layer 2 of porch is computed by nobody', self.said(head))


class Live(SpreadTest):

    def test_a_host_that_is_killed_is_gone_on_without_and_comes_back_at_a_known_revision(self):
        host = self.host('garage', [2])
        head = self.start_live()
        client = self.connect()
        self.wait_for_answers(head)
        self.wait_until(lambda: self.is_probed(client))
        host.kill()
        self.wait_until(lambda: 'layer 2 of porch is lost' in self.said(head))
        frames = self.frames(client)
        self.wait_until(lambda: self.frames(client) > frames + 20)
        other = self.host('garage', [2])
        self.wait_for_answers(head)
        placed = re.findall(r"layer 2 of porch is computed by 'garage', from what it had learned at step (\d+)",
                            self.said(head))
        self.assertEqual(len(placed), 2, self.said(head))
        self.assertGreater(int(placed[1]), 0)
        kinds = [event.Kind.Name(event.kind) for event in client.ask('query_events').events]
        self.assertIn('LAYER_PLACED', kinds)
        self.assertIn('LAYER_LOST', kinds)
        for process in [head, other]:
            process.terminate()
            self.assertEqual(process.wait(60), OK, self.said(process))

    def test_a_host_that_stands_still_is_counted_and_costs_no_memory(self):
        host = self.host('garage', [2])
        head = self.start_live('layers: [2], lost_after_seconds: 3600')
        self.wait_for_answers(head)
        host.send_signal(signal.SIGSTOP)
        late = self.steps(head)[1]
        self.wait_until(lambda: self.steps(head)[1] > late + 200)
        before = self.resident_kilobytes(head)
        late = self.steps(head)[1]
        self.wait_until(lambda: self.steps(head)[1] > late + 400)
        self.assertLess(self.resident_kilobytes(head) - before, 4000)
        host.send_signal(signal.SIGCONT)
        self.wait_for_answers(head)
        self.assertNotIn('is lost', self.said(head))

    def test_a_server_that_is_killed_is_gone_on_without(self):
        self.host('garage', [2])
        head = self.start_live()
        client = self.connect()
        self.wait_for_answers(head)
        self.server.end()
        frames = self.frames(client)
        self.wait_until(lambda: self.frames(client) > frames + 50)
        self.server.start()
        self.wait_for_answers(head)

    def test_a_second_host_stands_by_and_takes_over(self):
        first = self.host('garage', [2])
        head = self.start_live()
        self.wait_for_answers(head)
        second = self.host('cellar', [2])
        self.wait_until(lambda: 'stands by' in self.said(second))
        self.assertIn("layer 2 of porch is computed by 'garage' already", self.said(second))
        first.kill()
        self.wait_until(lambda: "layer 2 of porch is computed by 'cellar'" in self.said(head))
        self.wait_for_answers(head)

    def test_a_second_network_of_the_same_name_is_told_apart(self):
        host = self.host('garage', [2])
        head = self.start_live()
        self.wait_for_answers(head)
        self.control = ''
        other = self.start_and_read('--config', self.config, '--set', f'broker.folder={self.folder}/other',
                                    '--set', 'broker.name=other', '--set', 'spread.host_within_seconds=1')
        self.wait_until(lambda: 'layer 2 of porch is computed by nobody yet' in self.said(other))
        self.wait_for_answers(head)
        self.assertIsNone(host.poll())

    def test_nonsense_on_its_subjects_is_told_and_costs_nothing(self):
        self.host('garage', [2])
        head = self.start_live()
        self.wait_for_answers(head)
        for to in ['to_head', 'to_host']:
            self.server.say(f'hypnos/layers/porch/2/{to}', 'what is this?')
        self.wait_until(lambda: 'a message of another daemon is not as it should be' in self.said(head))
        self.wait_for_answers(head)


class Configuration(SpreadTest):

    def test_what_cannot_be_is_refused(self):
        for keys, sentence in [
                ('spread: {network: porch, layers: [2]}', 'others are reached through a broker: give one'),
                (self.broker('a') + 'spread: {network: porch, layers: [4]}', 'there is no layer 4'),
                (self.broker('a') + 'spread: {network: porch, layers: [2, 2]}', 'layer 2 stands there twice'),
                (self.broker('a') + 'spread: {network: my porch, layers: [2]}', "'my porch' is no word"),
                (self.broker('a') + 'spread: {layers: [2]}', "'spread.network' is missing"),
                ('hosts: [{network: porch, layers: [2]}]', 'others are reached through a broker: give one'),
                (self.broker('a') + 'hosts: [{network: porch, layers: [0]}]', 'layers are counted from 1')]:
            with self.subTest(keys):
                self.config.write_text(HEAD.format(frames=3, rule='rehearsed') + keys + '\n', encoding='utf-8')
                done = self.run_program('--config', self.config, '--check-config')
                self.assertEqual(done.returncode, CONFIGURATION, done.stderr)
                self.assertIn(sentence, done.stderr)


if __name__ == '__main__':
    if lacking := nats_server.missing():
        print(f'{", ".join(lacking)} are not here: scripts/install-packages test')
        sys.exit(SKIPPED)
    if ', nats' not in subprocess.run([HYPNOSD, '--version'], capture_output=True, text=True, check=True).stdout:
        print('this build has no NATS: scripts/install-packages build')
        sys.exit(SKIPPED)
    unittest.main()
