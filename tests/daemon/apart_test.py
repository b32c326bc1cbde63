#!/usr/bin/env python3
"""Daemons on machines of their own, and lines between them that lose, stall, are slow, or are cut: layers
that another one computes, and replicas of one model. Each machine is a network namespace.

usage: apart_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import namespaces  # noqa: E402
import nats_server  # noqa: E402
from hypnosd_case import HYPNOSD, OK  # noqa: E402
from replicas_case import ReplicasCase  # noqa: E402
from slow_relay import SlowRelay  # noqa: E402
from spread_case import SpreadCase  # noqa: E402

HYPNOSCTL = os.path.abspath(sys.argv.pop(1))
# Of the camera.
RATE_HZ = 25
PARTITION_S = 60
# Of the rate without faults, or the camera's where it was caught up with. What waits for a line that is
# too slow comes to a fifth.
KEPT = 0.8


def serve(case, *machines: str):
    """A server in the middle, and machines around it."""
    case.net = case.enterContext(namespaces.Net())
    case.machines = {name: case.net.add(name) for name in machines}
    folder = case.folder / 'server'
    folder.mkdir()
    case.server = nats_server.NatsServer(folder, listen='0.0.0.0', starter=case.net.first.starter)
    case.addCleanup(case.server.end)
    case.net.first.call(case.server.start)
    case.url = f'nats://{case.net.first.address}:{case.server.port}'


class Layers(SpreadCase):
    """A head, and a host that computes its second layer."""

    def start_server(self):
        serve(self, 'head', 'garage')

    def start(self, *arguments, **options):
        is_host = any(str(argument).endswith('garage.yaml') for argument in arguments)
        self.starter = self.machines['garage' if is_host else 'head'].starter
        return super().start(*arguments, **options)

    def fetch(self, process, url: str) -> str:
        return self.machines['head'].call(super().fetch, process, url)

    def lose(self, share: float):
        for machine in self.machines.values():
            machine.lose(share)


class Lossless(Layers):

    def scores_of(self, spread: str, meanwhile=lambda: None) -> str:
        self.watch(frames=120, rule='rehearsed', spread=spread)
        head = self.start_and_read('--config', self.config, '--until-end', '--scores', self.scores)
        meanwhile()
        self.assertEqual(head.wait(nats_server.PATIENCE_S), OK, self.said(head))
        text = self.scores.read_text(encoding='utf-8')
        self.scores.unlink()
        return text

    def cut_for_a_while(self):
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 2000)
        self.machines['garage'].cut()
        time.sleep(5)
        self.machines['garage'].join()

    def test_loss_and_a_cut_change_no_bit(self):
        self.control = ''
        alone = self.scores_of('')
        self.host('garage', [2])
        self.lose(0.02)
        spread = self.scores_of('layers: [2], mode: lossless, lost_after_seconds: 60', self.cut_for_a_while)
        self.assertEqual(spread, alone)


class Live(Layers):

    def start_camera(self):
        self.control = str(self.folder / 'control.sock')
        self.watch(spread='layers: [2]')
        text = self.config.read_text(encoding='utf-8')
        for change in [('  - name: door\n', '  - name: door\n    pace: realtime\n'),
                       ('frames: 0', f'frames: 0, frame_rate_hz: {RATE_HZ}'),
                       ('every_steps: 40', 'every_steps: 1000')]:
            self.assertIn(change[0], text)
            text = text.replace(*change)
        self.config.write_text(text, encoding='utf-8')
        head = self.start_and_read('--config', self.config)
        client = self.connect()
        self.wait_for_answers(head)
        return head, client

    def measure(self, head, client, seconds: float) -> tuple[float, float]:
        """Frames a second, and the share of steps at which something older stood in."""
        begin, frames, steps = time.monotonic(), self.frames(client), self.steps(head)
        time.sleep(seconds)
        took, more, now = time.monotonic() - begin, self.frames(client) - frames, self.steps(head)
        return more / took, min(1, (now[1] - steps[1]) / max(1, now[0] - steps[0]))

    def assert_keeps_its_rate(self, what: str, clean: float, faulty: tuple[float, float]):
        print(f'{what}: {faulty[0]:.1f} frames/s of {clean:.1f} without, {faulty[1]:.1%} of steps late', file=sys.stderr)
        self.assertGreater(faulty[0], KEPT * min(clean, RATE_HZ), what)

    def test_loss_delay_and_stalls_cost_no_frames(self):
        relay = self.net.first.call(lambda: SlowRelay(self.server.port, listen='0.0.0.0'))
        self.addCleanup(relay.end)
        self.url = f'nats://{self.net.first.address}:{relay.port}'
        self.host('garage', [2])
        head, client = self.start_camera()
        clean, _ = self.measure(head, client, 10)
        self.lose(0.02)
        self.assert_keeps_its_rate('2 % loss', clean, self.measure(head, client, 15))
        relay.delay_s, relay.jitter_s = 0.05, 0.02
        self.assert_keeps_its_rate('2 % loss, 50 ms', clean, self.measure(head, client, 15))
        relay.stall_s, relay.stall_every_s = 1, 10
        faulty = self.measure(head, client, 30)
        self.assert_keeps_its_rate('2 % loss, 50 ms, 1 s of 10 nothing', clean, faulty)
        self.assertGreater(faulty[1], 0)
        self.assertNotIn('is lost', self.said(head))
        shown = subprocess.run([HYPNOSCTL, '--socket', self.control, 'status'], capture_output=True, text=True, check=True)
        self.assertRegex(shown.stdout, r'garage, [\d.]+ % of steps late')

    def test_a_line_that_is_too_slow_costs_neither_frames_nor_memory(self):
        self.host('garage', [2])
        head, client = self.start_camera()
        clean, _ = self.measure(head, client, 10)
        measured = self.metrics(head)
        a_step = measured['hypnos_remote_layer_sent_bytes_total'] / measured['hypnos_remote_layer_steps_total']
        self.machines['head'].limit(f'{round(8 * a_step * RATE_HZ / 3)}bit')
        self.assert_keeps_its_rate('a third of what is needed', clean, self.measure(head, client, 30))
        self.assertGreater(self.measure(head, client, 5)[1], 0.5)
        before = self.resident_kilobytes(head)
        self.measure(head, client, 20)
        self.assertLess(self.resident_kilobytes(head) - before, 4000)
        self.machines['head'].limit('1gbit', burst='1mb')
        self.wait_for_answers(head)

    def test_a_host_that_is_cut_off_for_a_minute_is_gone_on_without_and_taken_up_again(self):
        self.host('garage', [2])
        head, client = self.start_camera()
        clean, _ = self.measure(head, client, 10)
        self.machines['garage'].cut()
        cut = time.monotonic()
        self.wait_until(lambda: 'layer 2 of porch is lost' in self.said(head))
        self.assert_keeps_its_rate('cut off', clean, self.measure(head, client, 20))
        time.sleep(max(0.0, cut + PARTITION_S - time.monotonic()))
        self.machines['garage'].join()
        joined = time.monotonic()
        self.wait_until(lambda: "by 'garage' again, which has kept what it had learned" in self.said(head))
        self.wait_for_answers(head)
        took = time.monotonic() - joined
        print(f'in time again after {took:.1f} s', file=sys.stderr)
        self.assertLess(took, 20)
        kinds = [event.Kind.Name(event.kind) for event in client.ask('query_events').events]
        self.assertEqual([kind for kind in kinds if kind.startswith('LAYER')],
                         ['LAYER_PLACED', 'LAYER_LOST', 'LAYER_PLACED'])


class Replicas(ReplicasCase):

    def start_server(self):
        serve(self, 'a', 'b', 'c')

    def start(self, *arguments, **options):
        config = next(pathlib.Path(argument) for argument in arguments if str(argument).endswith('.yaml'))
        self.starter = self.machines[config.stem].starter
        return super().start(*arguments, **options)

    def replica(self, name: str, *arguments, **options):
        return super().replica(name, *arguments, url=self.url, **options)

    def test_a_server_that_is_away_for_ten_seconds_is_learned_on_without(self):
        replicas = [self.replica(name, shape) for shape, name in enumerate('ab', 1)]
        self.agree(['a', 'b'])
        self.server.end()
        gone = time.monotonic()
        last = self.round('a')
        for replica in replicas:
            self.wait_until(lambda r=replica: not r.client.ask('list_fleet').connected)
            self.learns_on(replica)
        time.sleep(max(0.0, gone + 10 - time.monotonic()))
        self.net.first.call(self.server.start)
        back = time.monotonic()
        self.listen()
        self.agree(['a', 'b'], last)
        print(f'both agree again {time.monotonic() - back:.1f} s after the server is back', file=sys.stderr)

    def test_one_that_is_cut_off_for_a_minute_learns_on_and_agrees_again(self):
        replicas = {name: self.replica(name, shape) for shape, name in enumerate('abc', 1)}
        last = self.agree(['a', 'b', 'c'])
        self.machines['c'].cut()
        cut = time.monotonic()
        self.agree(['a', 'b'], last)
        self.learns_on(replicas['c'])
        time.sleep(max(0.0, cut + PARTITION_S - time.monotonic()))
        self.learns_on(replicas['c'])
        last = self.agree(['a', 'b'], self.round('a'))
        self.machines['c'].join()
        joined = time.monotonic()
        self.agree(['a', 'b', 'c'], last)
        took = time.monotonic() - joined
        print(f'all agree {took:.1f} s after the line is back', file=sys.stderr)
        self.assertLess(took, 30)


if __name__ == '__main__':
    nats_server.main(HYPNOSD, namespaces.missing())
