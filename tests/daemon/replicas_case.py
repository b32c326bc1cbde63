"""What tests of replicas have in common: daemons of one model, and what they have agreed on."""

import dataclasses
import pathlib
import subprocess

import nats_server
from hypnosd_case import ControlledTest

REPLICA = '''
sources:
  - name: door
    pace: realtime
    synthetic: {{scene: glyphs, width: 32, height: 32, frames: 0, frame_rate_hz: 50, shape: {shape}}}
encoding:
  patches: {{size: 8}}
network:
  layers:
    - units: 24
    - units: 16
learning: {{rule: {rule}}}
schedule: {{wake_steps: 10, sleep_steps: 8, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: {probes}}}
control: {{socket: '{folder}/{name}.sock'}}
broker: {{url: '{url}', name: {name}, folder: '{folder}/{name}-waiting', interval_seconds: 0.2}}
replicas: {{model: gate, every_steps: 40, deadline_seconds: 2, tolerance: {tolerance}}}
'''


@dataclasses.dataclass
class Replica:
    name: str
    process: subprocess.Popen
    client: object
    control: pathlib.Path


class ReplicasCase(ControlledTest):

    def setUp(self):
        super().setUp()
        self.start_server()
        self.listen()

    def start_server(self):
        self.server = nats_server.start_for(self)

    def listen(self, *arguments):
        self.heard = nats_server.MqttListener(self.server, 'hypnos/+/status', *arguments)
        self.addCleanup(self.heard.end)

    def replica(self, name: str, shape: int = 1, rule: str = 'deferred_contrast', tolerance: float = 1,
                probes: int = 0, url: str = '') -> Replica:
        config = self.folder / f'{name}.yaml'
        config.write_text(REPLICA.format(name=name, shape=shape, rule=rule, tolerance=tolerance, probes=probes,
                                         folder=self.folder, url=url or self.server.url), encoding='utf-8')
        self.control = self.folder / f'{name}.sock'
        said = (self.folder / f'{name}.log').open('a', encoding='utf-8')
        self.addCleanup(said.close)
        process = self.start('--config', config, stderr=said)
        return Replica(name, process, self.connect(), self.control)

    def beats(self, name: str) -> list[dict]:
        return self.heard.under(f'hypnos/{name}/status')

    def means(self, name: str) -> set:
        """Those that it says it has taken: round, whose, what."""
        models = [beat['model'] for beat in self.beats(name) if 'model' in beat]
        return {(model['round'], tuple(model['replicas']), model['digest']) for model in models}

    def agree(self, names: list[str], after: int = 0) -> int:
        """Waits until all of them have the same mean, of all of them; its round."""
        common = []

        def are_one() -> bool:
            common[:] = [mean for mean in set.intersection(*map(self.means, names))
                         if mean[1] == tuple(names) and mean[0] > after]
            return bool(common)
        self.wait_until(are_one)
        return max(mean[0] for mean in common)

    def round(self, name: str) -> int:
        return max((mean[0] for mean in self.means(name)), default=0)

    def events(self, replica: Replica, kind: str) -> list[str]:
        return [event.message for event in replica.client.ask('query_events').events
                if event.Kind.Name(event.kind) == kind]

    def learns_on(self, replica: Replica):
        frames = replica.client.ask('status').frames
        self.wait_until(lambda: replica.client.ask('status').frames > frames + 30)
