#!/usr/bin/env python3
"""Layers of a network that other daemons compute, through a NATS server: the same bits as in one
process; and what happens where one of them, or the server, is gone, hangs or comes back.

usage: spread_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import re
import signal
import time

import nats_server
from hypnosd_case import CONFIGURATION, HYPNOSD, OK, TRY_AGAIN
from spread_case import HEAD, SpreadCase


class Lossless(SpreadCase):

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

    def test_all_layers_that_nobody_computes_are_waited_for_at_once(self):
        self.watch(spread='layers: [1, 2, 3], mode: live, host_within_seconds: 10')
        head = self.start_and_read('--config', self.config)
        self.wait_until(lambda: self.said(head).count('is computed by nobody yet') >= 1)
        begin = time.monotonic()
        self.wait_until(lambda: self.said(head).count('is computed by nobody yet') == 3)
        # Each by itself would have been waited for as long again.
        self.assertLess(time.monotonic() - begin, 10, self.said(head))

    def test_who_is_stopped_while_he_waits_for_a_host_ends_as_he_was_asked_to(self):
        self.watch(rule='rehearsed', spread='layers: [2], mode: lossless, host_within_seconds: 3600')
        with self.config.open('a', encoding='utf-8') as config:
            config.write(f'checkpoint: {{folder: {self.folder}/saved}}\n')
        head = self.start_and_read('--config', self.config, '--until-end')
        self.wait_until(lambda: 'layer 2 of porch: waiting up to 3600 s' in self.said(head))
        head.terminate()
        self.assertEqual(head.wait(60), OK, self.said(head))
        self.assertNotIn('computed by nobody:', self.said(head))
        # The same where there is something to go on from.
        host = self.host('garage', [2])
        head = self.start_and_read('--config', self.config, '--until-end', '--scores', self.scores)
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 8000)
        head.terminate()
        self.assertEqual(head.wait(60), OK, self.said(head))
        host.terminate()
        self.assertEqual(host.wait(60), OK, self.said(host))
        head = self.start_and_read('--config', self.config, '--until-end')
        self.wait_until(lambda: 'layer 2 of porch: waiting up to 3600 s' in self.said(head))
        head.terminate()
        self.assertEqual(head.wait(60), OK, self.said(head))
        # And where nobody comes, it may be tried again.
        head = self.start_and_read('--config', self.config, '--until-end', '--set', 'spread.host_within_seconds=0.2')
        self.assertEqual(head.wait(60), TRY_AGAIN, self.said(head))
        self.assertIn('layer 2 of porch is computed by nobody', self.said(head))
        # What it says it goes on from is counted over all starts.
        self.host('garage', [2])
        head = self.start_and_read('--config', self.config, '--until-end')
        self.wait_until(lambda: 'from what it had learned in ' in self.said(head))
        learned = re.search(r'from what it had learned in (\d+) updates of its weights', self.said(head))[1]
        self.assertGreater(int(learned), 0)


class Live(SpreadCase):

    def test_a_host_that_is_killed_is_gone_on_without_and_comes_back_at_a_known_revision(self):
        host = self.host('garage', [2])
        head = self.start_live()
        client = self.connect()
        self.wait_for_answers(head)
        # Where the machine is slow, the weights that one has asked for are had by the next.
        self.wait_until(lambda: self.is_probed(client))
        self.wait_for_answers(head)
        self.wait_until(lambda: self.is_probed(client))
        host.kill()
        self.wait_until(lambda: 'layer 2 of porch is lost' in self.said(head))
        frames = self.frames(client)
        self.wait_until(lambda: self.frames(client) > frames + 20)
        other = self.host('garage', [2])
        self.wait_for_answers(head)
        placed = re.findall(r"layer 2 of porch is computed by 'garage', from what it had learned in (\d+) updates of its weights",
                            self.said(head))
        self.assertEqual(placed[0], '0', self.said(head))
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
        head = self.start_live(lost_after_seconds=3600)
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


class Configuration(SpreadCase):

    def test_what_cannot_be_is_refused(self):
        for keys, sentence in [
                ('spread: {network: porch, layers: [2]}', 'others are reached through a broker: give one'),
                (self.broker('a') + 'spread: {network: porch, layers: [4]}', 'there is no layer 4'),
                (self.broker('a') + 'spread: {network: porch, layers: [2, 2]}', 'layer 2 stands there twice'),
                (self.broker('a') + 'spread: {network: my porch, layers: [2]}', "'my porch' is no word"),
                (self.broker('a') + 'spread: {layers: [2]}', "'spread.network' is missing"),
                (self.broker('a') + 'spread: {network: porch, layers: [2], mode: lossless, activities: bf16}',
                 'lossless is the same bits as in one process'),
                ('hosts: [{network: porch, layers: [2]}]', 'others are reached through a broker: give one'),
                (self.broker('a') + 'hosts: [{network: porch, layers: [0]}]', 'layers are counted from 1')]:
            with self.subTest(keys):
                self.config.write_text(HEAD.format(frames=3, rule='rehearsed') + keys + '\n', encoding='utf-8')
                done = self.run_program('--config', self.config, '--check-config')
                self.assertEqual(done.returncode, CONFIGURATION, done.stderr)
                self.assertIn(sentence, done.stderr)


if __name__ == '__main__':
    nats_server.main(HYPNOSD)
