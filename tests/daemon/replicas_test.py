#!/usr/bin/env python3
"""Several daemons that learn one model through a NATS server: one is killed, one stopped, the server
is gone for a while, and what does not fit is refused at both ends.

usage: replicas_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import json
import pathlib
import signal
import socket

import nats_server
from hypnosd_case import CONFIGURATION, HYPNOSD, OK
from replicas_case import REPLICA, ReplicasCase

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEDGER = '$KV.hypnos_models.gate.ledger'


class ReplicasTest(ReplicasCase):

    def say(self, subject: str, payload: bytes, headers: bytes = b''):
        """As any client of the server might."""
        with socket.create_connection(('127.0.0.1', self.server.port), timeout=nats_server.PATIENCE_S) as server:
            server.sendall(b'CONNECT {"verbose":false,"headers":true}\r\n')
            if headers:
                server.sendall(f'HPUB {subject} {len(headers)} {len(headers) + len(payload)}\r\n'.encode() +
                               headers + payload + b'\r\nPING\r\n')
            else:
                server.sendall(f'PUB {subject} {len(payload)}\r\n'.encode() + payload + b'\r\nPING\r\n')
            answer = b''
            while b'PONG' not in answer:
                answer += server.recv(4096)

    def test_one_is_killed_one_stopped_and_the_server_gone_and_the_others_go_on(self):
        replicas = {name: self.replica(name, shape) for shape, name in enumerate('abc', 1)}
        self.agree(['a', 'b', 'c'])
        replicas['c'].process.kill()
        replicas['c'].process.wait()
        last = self.agree(['a', 'b'], self.round('a'))
        self.assertTrue(any("replica 'c' is not in the mean" in told
                            for told in self.events(replicas['a'], 'REPLICA_LEFT_OUT')))
        # It is only stopped, and others cannot know.
        replicas['b'].process.send_signal(signal.SIGSTOP)
        self.wait_until(lambda: any(mean[1] == ('a',) and mean[0] > last for mean in self.means('a')))
        self.learns_on(replicas['a'])
        replicas['b'].process.send_signal(signal.SIGCONT)
        last = self.agree(['a', 'b'], self.round('a'))
        self.server.end()
        self.wait_until(lambda: not replicas['a'].client.ask('list_fleet').connected)
        self.wait_until(lambda: not replicas['b'].client.ask('list_fleet').connected)
        self.learns_on(replicas['a'])
        self.learns_on(replicas['b'])
        self.server.start()
        self.listen()
        self.agree(['a', 'b'], last)
        # Who comes back with nothing begins with what the others have.
        replicas['c'].control.unlink()
        replicas['c'] = self.replica('c', 3)
        self.wait_until(lambda: self.events(replicas['c'], 'MODEL_TAKEN'))
        self.assertRegex(self.events(replicas['c'], 'MODEL_TAKEN')[0],
                         r"model 'gate': begins with what was learned until round \d+ by a, b$")
        self.agree(['a', 'b', 'c'], last)
        for replica in replicas.values():
            replica.process.terminate()
            self.assertEqual(replica.process.wait(nats_server.PATIENCE_S), OK)

    def test_who_is_of_another_configuration_is_refused_at_both_ends(self):
        a, b = self.replica('a'), self.replica('b')
        self.agree(['a', 'b'])
        other = self.replica('c', rule='rehearsed')
        self.wait_until(lambda: self.events(other, 'REPLICA_REFUSED'))
        sentence = 'learning.rule is REHEARSED here and DEFERRED_CONTRAST there'
        self.assertIn(sentence, self.events(other, 'REPLICA_REFUSED')[0])
        self.wait_until(lambda: any(f"replica 'c' takes no part, as it says itself: " in told and sentence in told
                                    for told in self.events(a, 'REPLICA_REFUSED')))
        self.learns_on(other)
        self.agree(['a', 'b'], self.round('a'))
        self.assertTrue(any(sentence in problem for problem in self.beats('c')[-1]['problems']))
        # As another may be, for once, on a busy machine.
        self.assertFalse([told for told in self.events(b, 'REPLICA_LEFT_OUT') if "'c'" in told])

    def test_a_poisoned_ledger_is_refused_and_left_as_it_is(self):
        a, b = self.replica('a'), self.replica('b')
        last = self.agree(['a', 'b'])
        for poison, sentence in [(b'\xff\x00{', 'it is no object of JSON'),
                                 (b'{"version":0}', 'it is of version 0 of the protocol')]:
            self.say(LEDGER, poison)
            for replica in [a, b]:
                self.wait_until(lambda r=replica, s=sentence: any(s in told for told in self.events(r, 'REPLICA_REFUSED')))
                self.learns_on(replica)
        self.say(LEDGER, b'', b'NATS/1.0\r\nKV-Operation: DEL\r\n\r\n')
        before = len(self.heard.messages)
        self.wait_until(lambda: any(json.loads(payload).get('model', {}).get('replicas') == ['a', 'b']
                                    and json.loads(payload)['model']['why'] == ''
                                    for _, payload in list(self.heard.messages)[before:]))
        self.assertGreaterEqual(last, 1)

    def test_a_poisoned_offer_is_left_out(self):
        a, b = self.replica('a'), self.replica('b')
        self.agree(['a', 'b'])

        def spoil() -> bool:
            for slot in [0, 1]:
                self.say(f'$KV.hypnos_models.gate.offer.b.{slot}.0', b'poison')
            return any("replica 'b' is not in the mean" in told and 'is of no use' in told
                       for told in self.events(a, 'REPLICA_LEFT_OUT'))
        self.wait_until(spoil)
        self.wait_until(lambda: any('this replica is not in the mean' in told
                                    for told in self.events(b, 'REPLICA_LEFT_OUT')))
        self.agree(['a', 'b'], self.round('a'))

    def test_a_mean_that_worsens_the_figures_is_refused(self):
        # Nothing is as good as nothing lost: with this tolerance whatever is not better is refused now and then.
        replicas = [self.replica(name, shape, tolerance=0, probes=2) for shape, name in enumerate('ab', 1)]
        self.wait_until(lambda: any(self.events(replica, 'MEAN_REFUSED') for replica in replicas))
        told = next(told for replica in replicas for told in self.events(replica, 'MEAN_REFUSED'))
        self.assertRegex(told, r"model 'gate': the mean of round \d+, of a, b, is refused: the AUC of layer \d would "
                               r'fall from [\d.]+ to [\d.]+; learning goes on from the own weights')

    def test_the_configuration_that_is_deployed_lets_one_share(self):
        deployed = (ROOT / 'deploy/nats/nats-server.conf').read_text(encoding='utf-8')
        folder = self.folder / 'deployed'
        folder.mkdir()
        self.server = nats_server.NatsServer(folder, deployed=deployed)
        self.addCleanup(self.server.end)
        self.server.start(PORCH_PASSWORD='one', HOMEASSISTANT_PASSWORD='other')
        self.listen('-u', 'homeassistant', '-P', 'other')
        porch = self.replica('porch', url=f'nats://porch:one@127.0.0.1:{self.server.port}')
        self.agree(['porch'])
        self.assertFalse(self.events(porch, 'REPLICA_REFUSED'))
        self.assertNotIn('permit', (self.folder / 'porch.log').read_text(encoding='utf-8'))

    def test_what_cannot_be_is_refused_at_the_start(self):
        for change, sentence in [
                (lambda text: text.split('broker:')[0] + 'replicas: {model: gate}', 'configure `broker`'),
                (lambda text: text + 'share: nothing\n', 'share: weights'),
                (lambda text: text.replace('model: gate', 'model: a.b'), "'a.b' is no word"),
                (lambda text: text.replace('model: gate, ', ''), 'model'),
                (lambda text: text.replace('tolerance: 1', 'tolerance: 2'), 'tolerance'),
        ]:
            with self.subTest(sentence=sentence):
                text = REPLICA.format(name='a', shape=1, rule='deferred_contrast', tolerance=1, probes=0,
                                      folder=self.folder, url=self.server.url)
                self.config.write_text(change(text), encoding='utf-8')
                done = self.run_program('--config', self.config, '--check-config')
                self.assertEqual(done.returncode, CONFIGURATION, done.stderr)
                self.assertIn(sentence, done.stderr)


if __name__ == '__main__':
    nats_server.main(HYPNOSD)
