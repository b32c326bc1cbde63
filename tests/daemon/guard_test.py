#!/usr/bin/env python3
"""hypnosd goes back where its network goes astray, from outside: it tells what it did and why, also when
it was killed since, and what is wrong with a disk does not keep it from it.

usage: guard_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import json
import os
import re
import signal
import subprocess
import sys
import unittest

HYPNOSCTL = os.path.abspath(sys.argv.pop(2))

from hypnosd_case import CONFIGURATION, OK, PATIENCE_S, ControlledTest, HypnosdTest  # noqa: E402

# A sound network, of which the weights grow just enough for this guard to think it is none.
NERVOUS = '''
probe: {sequences: 2, interval_frames: 8, every_steps: 12}
guard: {enabled: true, weight_norm: 1.03, margin: 0.01, scorings: 1, keep_every_steps: 1,
        rate_factor: 0.7, attempts: 3}
'''
FRAMES = 400


class Guarded:

    def watch_nervously(self, frames=FRAMES):
        self.watch(f'synthetic: {{scene: glyphs, width: 32, height: 32, frames: {frames}}}')
        text = self.config.read_text(encoding='utf-8')
        text = text.replace('deferred_contrast', 'carried_velocity, rate: 0.01')
        self.config.write_text(text + NERVOUS, encoding='utf-8')
        self.kept = self.folder / 'kept'

    def keeping(self, every_seconds=0.05):
        return ['--set', f'checkpoint.folder={self.kept}', '--set',
                f'checkpoint.every_seconds={every_seconds}']

    @staticmethod
    def decisions(done) -> list[str]:
        """As the summary has them."""
        return re.findall(r'^  (frame \d+: .*)$', done.stdout, re.MULTILINE)


class FromOutside(Guarded, HypnosdTest):

    def setUp(self):
        super().setUp()
        self.watch_nervously()

    def test_what_it_did_is_told(self):
        done = self.run_to_end()
        decisions = self.decisions(done)
        self.assertEqual(len(decisions), 4, done.stdout)
        for decision, attempt in zip(decisions, [1, 2, 3]):
            self.assertRegex(decision, rf'the mean norm of its weights is .* times what it was \(limit: '
                             rf'1\.03\); rolled back to .*; attempt {attempt} of 3, at ')
        self.assertIn('learning has stopped: 3 attempts were not enough', decisions[3])
        self.assertEqual(len(re.findall('warning guard: ', done.stderr)), 3, done.stderr)
        self.assertEqual(len(re.findall('error guard: ', done.stderr)), 1, done.stderr)
        self.assertEqual(done.returncode, OK)
        with open(self.scores, encoding='utf-8') as rows:
            self.assertEqual(len(rows.readlines()), 1 + FRAMES, 'it went on looking')

    def test_killed_whenever_it_decides_it_decides_the_same(self):
        whole = self.run_to_end()
        scores = self.scores.read_bytes()
        self.scores.unlink()
        arguments = ['--config', self.config, '--until-end', '--scores', self.scores,
                     *self.keeping()]
        for decision in ['attempt 1 of 3', 'attempt 2 of 3', 'learning has stopped']:
            log = self.folder / 'log'
            with open(log, 'wb') as file:
                process = self.start(*arguments, stderr=file)
                self.wait_until(lambda: decision in log.read_text(encoding='utf-8') or
                                process.poll() is not None)
                process.send_signal(signal.SIGKILL)
                process.wait()
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(self.decisions(done), self.decisions(whole))
        self.assertEqual(self.scores.read_bytes(), scores)

    def test_without_room_for_a_good_state_it_stops(self):
        done = self.run_to_end('--set', 'guard.good_state_mebibytes=0')
        decision, = self.decisions(done)
        self.assertIn('there is no good state to go back to', decision)
        self.assertIn('restore a checkpoint from before', decision)

    def test_a_rollback_is_replayed_to_the_same_weights(self):
        sessions = self.folder / 'sessions'
        done = self.run_to_end('--set', 'record.enabled=true', '--set',
                               f'record.folder={sessions}')
        self.assertTrue(self.decisions(done))
        session, = sessions.iterdir()
        for threads in [1, 3]:
            again = self.run_program('--replay', session, '--threads', threads)
            self.assertIn('the weights are those of the recording, bit for bit', again.stderr)
            self.assertEqual(again.returncode, OK)
            self.assertEqual(self.decisions(again), self.decisions(done))

    def test_nonsense_is_refused(self):
        for key, value, sentence in [('auc', '0.995', 'no AUC would be sound'),
                                     ('weight_norm', '1', 'choose more than'),
                                     ('rate_factor', '0', 'rate_factor')]:
            done = self.run_to_end('--set', f'guard.{key}={value}')
            self.assertEqual(done.returncode, CONFIGURATION, key)
            self.assertIn(sentence, done.stderr)

    def test_an_estimate_tells_what_it_takes(self):
        done = self.run_program('--config', self.config, '--check-config', '--set',
                                'encoding.width=32', '--set', 'encoding.height=32')
        self.assertRegex(done.stdout, r'guard: about \d+ MiB of them for the good state\n')
        done = self.run_program('--config', self.config, '--check-config', '--set',
                                'encoding.width=32', '--set', 'encoding.height=32', '--set',
                                'guard.good_state_mebibytes=0')
        self.assertIn('it could only stop', done.stdout)


class WhileItRuns(Guarded, ControlledTest):

    def setUp(self):
        super().setUp()
        self.watch_nervously(frames=0)

    def ctl(self, *arguments) -> str:
        done = subprocess.run([HYPNOSCTL, '--socket', self.control, *arguments],
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return done.stdout + done.stderr

    def guard(self) -> dict:
        return json.loads(self.ctl('guard', 'status', '--json')).get('guard', {})

    def run_until_it_stops(self, *arguments):
        process = self.start('--config', self.config, *arguments)
        self.wait_until(lambda: os.path.exists(self.control) and self.ctl(
            'guard', 'status', '--json').startswith('{') and self.guard().get('stopped'))
        return process

    def stop(self, process):
        process.terminate()
        return self.finish(process)

    def test_it_is_told_until_somebody_resumes(self):
        process = self.run_until_it_stops()
        self.assertIn('HAS STOPPED LEARNING', self.ctl('status'))
        self.assertIn('learning is off', self.ctl('status'))
        self.assertIn('attempt 3 of 3', self.ctl('guard', 'status'))
        self.assertIn('the guard has stopped learning', self.ctl('learning', 'on'))
        self.assertIn('the guard has stopped learning', self.ctl('sleep', 'now'))
        self.assertRegex(self.ctl('guard', 'resume', '--full-rate'), r'^resumed \(')
        decisions = [each.get('event', 'ROLLED_BACK') for each in self.guard()['decisions']]
        self.assertIn('RESUMED', decisions)
        self.stop(process)

    def test_decisions_survive_a_kill_and_a_restart(self):
        process = self.run_until_it_stops(*self.keeping())
        told = self.guard()
        self.wait_until(lambda: any(self.kept.glob('*.safetensors')))
        saved = self.ctl('checkpoint', 'save')
        self.assertIn('saved checkpoint-', saved)
        process.kill()
        process.wait()
        process = self.run_until_it_stops(*self.keeping())
        self.assertEqual(self.guard()['decisions'], told['decisions'])
        self.assertEqual(self.guard()['rate_factor'], told['rate_factor'])
        # Also going back further by hand forgets none of them.
        self.ctl('checkpoint', 'restore')
        self.assertEqual(self.guard()['decisions'], told['decisions'])
        self.assertTrue(self.guard()['stopped'])
        self.stop(process)

    def test_a_folder_that_vanishes_keeps_it_from_nothing(self):
        process = self.start('--config', self.config, *self.keeping())
        self.wait_until(lambda: any(self.kept.glob('*.safetensors')) if self.kept.exists() else
                        False)
        # At once, as it may just be saving into it.
        self.kept.rename(self.folder / 'gone')
        self.kept.write_text('no folder', encoding='utf-8')
        self.wait_until(lambda: self.guard().get('stopped'))
        self.wait_until(lambda: 'none can be saved' in self.ctl('status'))
        self.assertIn('rolled back', self.ctl('guard', 'status'))
        done = self.stop(process)
        self.assertIn('what was learned since the last one is lost', done.stderr)


if __name__ == '__main__':
    unittest.main()
