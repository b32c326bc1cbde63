"""What is aimed at, as ratios within one round: a line each."""

import math
import re
import statistics
from typing import Callable, NamedTuple, Optional

from measure import PEERS, Round

# `value` raises KeyError where the round lacks a case. Without a bound it is only reported.
Target = NamedTuple('Target', [('workload', str), ('what', str), ('value', Callable),
                               ('at_most', Optional[float]), ('at_least', Optional[float])])

W1_SHAPES = {'8192x8192': 1.2, '3x1024': 1.5}
EXACT_RULES = ['plain', 'decay', 'velocity_0.9']
W2_RULES = ['velocity_0.9', 'peer_normalised']
GRID_CASES = ['stride:16/streams:1/threads:2', 'stride:16/streams:2/threads:1',
              'stride:16/streams:4/threads:1', 'stride:16/streams:2/threads:1/decode',
              'stride:8/streams:1/threads:2', 'stride:8/streams:2/threads:1',
              'stride:8/streams:4/threads:1', 'stride:8/streams:4/threads:1/decode']

# The weights of narrower layers (2 width² of 4 bytes) fit into a cache of 32 MiB wholly or for the
# most part, which is faster than linear.
NARROWEST_IN_MEMORY = 4096
# One stream alone cannot fill every core.
FEWEST_STREAMS = 2


def seconds(measured: Round, name: str) -> float:
    return measured[name]['seconds']


def matching(measured: Round, pattern: str) -> dict[str, dict]:
    found = {name: case for name, case in measured.items() if re.fullmatch(pattern, name)}
    if not found:
        raise KeyError(pattern)
    return found


def best_read(measured: Round, shape: str, threads: int) -> float:
    cases = matching(measured, f'ReadBandwidth/{shape}/.*/threads:{threads}')
    return min(case['seconds'] for case in cases.values())


def best_sgemm(measured: Round, shapes: str, threads: int = 2) -> float:
    cases = matching(measured, f'Sgemm/{shapes}/[a-z_]*/threads:{threads}')
    return max(case['FLOP/s'] for case in cases.values())


def series(measured: Round, pattern: str) -> list[tuple[float, dict]]:
    """Pairs of the number in parentheses and the case, sorted."""
    return sorted((float(re.fullmatch(pattern, name).group(1)), case)
                  for name, case in matching(measured, pattern).items())


def slope(points: list[tuple[float, float]]) -> float:
    """The exponent e of y = x^e. KeyError for fewer than two points."""
    if len(points) < 2:
        raise KeyError('points')
    return statistics.linear_regression([math.log(x) for x, _ in points],
                                        [math.log(y) for _, y in points]).slope


def width_slope(measured: Round, phase: str) -> float:
    return slope([(width**2, case['seconds'])
                  for width, case in series(measured, rf'Growth/width:(\d+)/{phase}')
                  if width >= NARROWEST_IN_MEMORY])


def layers_slope(measured: Round) -> float:
    # The first and the last layer have one neighbour only: weights are not linear in layers.
    return slope([(case['weights'], case['us/frame'])
                  for _, case in series(measured, r'Growth/layers:(\d+)/threads:2')])


def streams_slope(measured: Round) -> float:
    return slope([(streams, streams * case['us/frame'])
                  for streams, case in series(measured, r'Growth/streams:(\d+)')
                  if streams >= FEWEST_STREAMS])


def streams_memory_slope(measured: Round) -> float:
    return slope([(streams, case['own_MiB'])
                  for streams, case in series(measured, r'Growth/streams:(\d+)')
                  if streams >= FEWEST_STREAMS])


def last_over_first(measured: Round, counter: str) -> float:
    cases = series(measured, r'Growth/steps:(\d+)')
    if len(cases) < 2:
        raise KeyError('steps')
    return cases[-1][1][counter] / cases[0][1][counter]


def overlap(measured: Round) -> float:
    return (measured['Growth/layers:8/threads:1']['us/frame'] /
            measured['Growth/layers:8/threads:2']['us/frame'])


def batch1_targets():
    for shape, most in W1_SHAPES.items():
        for threads in [2, 1]:
            def of(rule, shape=shape, threads=threads):
                return f'Batch1/{shape}/{rule}/threads:{threads}'

            # The targets are for all cores; one thread is reported beside them.
            def bound(value, threads=threads):
                return value if threads == 2 else None

            place = f'{shape}, threads {threads}'
            yield Target('W1', f'{place}: look / reading the weights once',
                         lambda m, of=of, s=shape, t=threads:
                         seconds(m, of('look')) / best_read(m, s, t), bound(1.3), None)
            for rule in EXACT_RULES:
                yield Target('W1', f'{place}: learn / look, {rule}',
                             lambda m, of=of, r=rule: seconds(m, of(r)) / seconds(m, of('look')),
                             bound(most), None)
            yield Target('W1', f'{place}: learn / look, velocity_0.99',
                         lambda m, of=of:
                         seconds(m, of('velocity_0.99')) / seconds(m, of('look')),
                         bound(2.3), None)
            for rule in ['look', 'plain']:
                yield Target('W1', f'{place}: float32 / bf16, {rule}',
                             lambda m, of=of, r=rule:
                             seconds(m, of(r)) / seconds(m, of(f'{r}_bf16')),
                             None, bound(1.6) if shape == '8192x8192' else None)
            for peer in PEERS:
                for rule in ['look', 'plain', 'velocity_0.9']:
                    yield Target('W1', f'{place}: {peer} / Hypnos, {rule}',
                                 lambda m, of=of, p=peer, r=rule, s=shape, t=threads:
                                 seconds(m, f'Peer/{p}/{s}/{r}/threads:{t}') / seconds(m, of(r)),
                                 None, None)


def batch100_targets():
    shape = '784-3x1000'
    faster = {'numpy': 1.3, 'torch': 5.0}
    for threads in [2, 1]:
        for rule in W2_RULES:
            name = f'Batch100/{shape}/{rule}/threads:{threads}'
            yield Target('W2', f'threads {threads}, {rule}: share of the SGEMM rate',
                         lambda m, n=name, t=threads: m[n]['FLOP/s'] / best_sgemm(m, shape, t),
                         None, 0.85 if threads == 2 else None)
            for peer in PEERS:
                yield Target('W2', f'threads {threads}, {rule}: {peer} / Hypnos',
                             lambda m, n=name, p=peer, r=rule, t=threads:
                             seconds(m, f'Peer/{p}/{shape}/{r}/threads:{t}') / seconds(m, n),
                             None, faster.get(peer) if threads == 2 else None)


def grid_targets():
    yield Target('W3', 'stride 16, 2 streams: frames/s of the slower one',
                 lambda m: m['Grid/stride:16/streams:2/threads:1']['slowest_frames/s'], None, 30)
    for case in GRID_CASES:
        stride = case.split('/')[0]
        yield Target('W3', f'{case}: share of the SGEMM rate',
                     lambda m, c=case, s=stride:
                     m[f'Grid/{c}']['FLOP/s'] / best_sgemm(m, f'grid_{s}'),
                     None, 0.7 if stride == 'stride:8' and 'streams:4' in case else None)


def growth_targets():
    for phase in ['look', 'learn']:
        yield Target('W4', f'time a step ~ weights^e, {phase}, width {NARROWEST_IN_MEMORY} '
                     'and more: e', lambda m, p=phase: width_slope(m, p), 1.1, None)
    yield Target('W4', 'time a step ~ weights^e, 2 to 32 layers: e', layers_slope, 1.1, None)
    yield Target('W4', f'time a step of all ~ streams^e, {FEWEST_STREAMS} and more: e',
                 streams_slope, 1.1, None)
    yield Target('W4', f'memory ~ streams^e, {FEWEST_STREAMS} and more: e', streams_memory_slope,
                 1.1, None)
    yield Target('W4', 'resident memory, longest / shortest sequence',
                 lambda m: last_over_first(m, 'resident_MiB'), 1.05, None)
    yield Target('W4', 'time a step, longest / shortest sequence',
                 lambda m: last_over_first(m, 'us/frame'), None, None)
    yield Target('W4', '8 equal layers: speed-up from 1 to 2 threads', overlap, None, 1.7)


def all_targets() -> list[Target]:
    return [*batch1_targets(), *batch100_targets(), *grid_targets(), *growth_targets()]
