#!/usr/bin/env python3
"""scripts/plot-experiment: that there is a picture of what the CSV file holds.

usage: plot_test.py PATH_OF_PLOT_EXPERIMENT
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.abspath(sys.argv.pop(1))
# The script says by which Python it is run, which need not be the one that runs this test.
HAS_MATPLOTLIB = subprocess.run(['/usr/bin/python3', '-c', 'import matplotlib'],
                                capture_output=True, check=False).returncode == 0

HEADER = ('data,judged_on,negatives,rule,wake,sleep,seed,batches,rate,velocity,online_share,'
          'weight_decay,temperature,peer_normalisation,storage,accuracy_percent,layer_1_percent,'
          'layer_2_percent\n')


def row(rule: str, turn: str, accuracy: float, *, seed=1, batches=50, judged_on='test') -> str:
    wake, _, sleep = turn.partition(':')
    return (f'bars,{judged_on},label,{rule},{wake},{sleep},{seed},{batches},0.1,0.9,0,0,20,0,float32,'
            f'{accuracy},,\n')


SETTLING_HEADER = ('data,judged_on,units,seed,rate,error_percent,read_out_error_percent,'
                   'error_after_1_percent,error_after_2_percent,error_after_3_percent\n')


def settling_row(errors: list[float], *, seed=1, rate=0.1, judged_on='test') -> str:
    return f"bars,{judged_on},60,{seed},{rate},2,7,{','.join(map(str, errors))}\n"


@unittest.skipUnless(HAS_MATPLOTLIB, 'python3-matplotlib is not there: scripts/install-packages lab')
class PlotTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def plot(self, name: str, *rows: str) -> subprocess.CompletedProcess:
        path = self.folder / name
        if rows:
            path.write_text(''.join(rows), encoding='utf-8')
        return subprocess.run([SCRIPT, path], capture_output=True, text=True,
                              check=False)

    def picture(self, *rows: str) -> bytes:
        done = self.plot('phases.csv', HEADER, *rows)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (self.folder / 'phases-50.png').read_bytes()

    def test_every_number_of_batches_has_a_picture(self):
        done = self.plot('phases.csv', HEADER, row('interleaved', '', 90),
                         row('deferred', '8:8', 80), row('deferred', '32:4', 70, batches=500))
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ['phases-50.png', 'phases-500.png']:
            self.assertIn(name, done.stdout)
            self.assertTrue((self.folder / name).read_bytes().startswith(b'\x89PNG'))

    def test_the_picture_shows_the_figures(self):
        one = self.picture(row('deferred', '8:8', 80))
        self.assertNotEqual(self.picture(row('deferred', '8:8', 40)), one)
        self.assertEqual(self.picture(row('deferred', '8:8', 80)), one)

    def test_of_several_settings_the_last_one_counts_and_validation_does_not(self):
        one = self.picture(row('deferred', '8:8', 80))
        self.assertEqual(self.picture(row('deferred', '8:8', 40), row('deferred', '8:8', 80)), one)
        self.assertEqual(self.picture(row('deferred', '8:8', 80),
                                      row('deferred', '8:8', 40, judged_on='validation')), one)

    def settling(self, *rows: str) -> bytes:
        done = self.plot('boring-video.csv', SETTLING_HEADER, *rows)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (self.folder / 'boring-video.png').read_bytes()

    def test_settling_is_drawn_and_shows_the_figures(self):
        one = self.settling(settling_row([5, 3, 2]))
        self.assertTrue(one.startswith(b'\x89PNG'))
        self.assertEqual(self.settling(settling_row([5, 3, 2])), one)
        self.assertNotEqual(self.settling(settling_row([5, 3, 4])), one)

    def test_seeds_of_settling_are_one_line_and_other_settings_another(self):
        two_seeds = self.settling(settling_row([5, 3, 2]), settling_row([6, 4, 2], seed=2))
        two_rates = self.settling(settling_row([5, 3, 2]), settling_row([6, 4, 2], rate=0.2))
        self.assertNotEqual(two_seeds, two_rates)

    def test_settling_judged_by_validation_is_not_drawn(self):
        one = self.settling(settling_row([5, 3, 2]))
        self.assertEqual(self.settling(settling_row([5, 3, 2]),
                                       settling_row([9, 9, 9], judged_on='validation')), one)
        done = self.plot('boring-video.csv', SETTLING_HEADER)
        self.assertEqual((done.returncode, done.stdout), (0, ''))

    def test_next_symbol_has_a_picture_for_each_text(self):
        header = 'data,judged_on,model,order,seed,symbols_learned,units,corrected_bits,read_out_bits\n'
        done = self.plot('next-symbol.csv', header, 'rhyme,held-out,ngram,3,,900,,2.5,\n',
                         'rhyme,held-out,corrected,,1,900,64,2.2,2.7\n',
                         'prose,validation,corrected,,1,900,64,2.2,2.7\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.folder / 'next-symbol-rhyme-900.png').read_bytes().startswith(b'\x89PNG'))
        self.assertEqual(len(list(self.folder.glob('*.png'))), 1)

    def test_next_symbol_draws_a_line_for_each_setting(self):
        header = ('data,judged_on,model,order,seed,symbols_learned,units,window,rate,corrected_bits,'
                  'read_out_bits\n')

        def picture(*rows: str) -> bytes:
            done = self.plot('next-symbol.csv', header, *rows)
            self.assertEqual(done.returncode, 0, done.stderr)
            return (self.folder / 'next-symbol-rhyme-900.png').read_bytes()
        one = 'rhyme,held-out,corrected,,1,900,64,7,0.1,2.2,2.7\n'
        another_seed = 'rhyme,held-out,corrected,,2,900,64,7,0.1,2.1,2.6\n'
        another_window = 'rhyme,held-out,corrected,,1,900,64,9,0.1,2.1,2.6\n'
        self.assertNotEqual(picture(one, another_seed), picture(one, another_window))

    def test_potato_has_a_picture_for_each_setting(self):
        header = ('network,learned_at,tested_at,steps_per_frame,seed,shapes,noise,frames,damping,rate,'
                  'shape_percent,side_percent,change_1,change_2\n')
        rows = [f'{network},0.1,{speed},1,1,8,{noise},1250,0.7,0.0001,90,50,{change},{change}\n'
                for network, change in [('recurrent', 0.2), ('input', '')]
                for speed in [0.1, 10] for noise in [0.2, 0.5]]
        done = self.plot('potato.csv', header, *rows)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.split()), 2)

    def test_online_video_has_a_picture_for_each_clip_and_setting(self):
        header = ('clip,predictor,seed,frames,learned,width,height,error_percent,late_error_percent,'
                  'held_out_error_percent,dream_pairs_1_percent,dream_pairs_2_percent,'
                  'first_probe_pairs_1_percent,first_probe_pairs_2_percent,probe_pairs_1_percent,'
                  'probe_pairs_2_percent,probe_auc_1_percent,probe_auc_2_percent\n')
        rows = [f'{clip},learning,1,100,80,{size},0.1,0.1,0.1,0.8,0.7,0.5,0.5,0.9,0.6,0.5,0.5\n'
                f'{clip},copy_last,,100,80,{size},0.2,0.2,0.2,,,,,,,,\n'
                for clip, size in [('a', '192,144'), ('b', '192,144'), ('b', '96,72')]]
        done = self.plot('online-video.csv', header, *rows)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ['a-100-80-192-144', 'b-100-80-192-144', 'b-100-80-96-72']:
            self.assertTrue((self.folder / f'online-video-{name}.png').read_bytes()
                            .startswith(b'\x89PNG'))

    def test_what_belongs_to_no_experiment_exits_66(self):
        for name in ['other.csv', 'phases.csv']:
            self.assertEqual(self.plot(name).returncode, 66)


if __name__ == '__main__':
    unittest.main()
