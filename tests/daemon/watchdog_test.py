#!/usr/bin/env python3
"""Where a step hangs hypnosd gives no sign of life any more, so that systemd's watchdog ends it; a
minute, in which it mostly waits.

usage: watchdog_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import os
import unittest

from hypnosd_case import ENDLESS
from notified_case import NotifiedTest


class Watchdog(NotifiedTest):

    def test_is_not_fed_while_a_step_hangs_and_is_when_it_goes_on(self):
        self.watch(ENDLESS)
        self.environment['WATCHDOG_USEC'] = '1000000'
        # Rows of scores go to a pipe from which nobody takes anything: it is soon full.
        os.mkfifo(self.scores)
        reader = os.open(self.scores, os.O_RDWR)
        self.addCleanup(os.close, reader)
        process = self.start('--config', self.config, '--scores', self.scores)
        self.told_with('READY')
        self.ear.settimeout(180)
        told = self.told_with('STATUS')
        while not told.get('STATUS', '').startswith('hangs'):
            told = self.told_with('STATUS')
        self.assertNotIn('WATCHDOG', told)
        for _ in range(3):
            self.assertNotIn('WATCHDOG', self.told())
        os.set_blocking(reader, False)
        while True:
            try:
                os.read(reader, 1 << 20)
            except BlockingIOError:
                pass
            self.ear.settimeout(0.05)
            try:
                if 'WATCHDOG' in self.told():
                    break
            except TimeoutError:
                pass
        self.assertIsNone(process.poll())


if __name__ == '__main__':
    unittest.main()
