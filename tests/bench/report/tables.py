"""From rounds to Markdown."""

import statistics
from typing import NamedTuple, Optional

from measure import Round
from targets import Target, all_targets

# `ratios`: one of each round that had the cases.
Line = NamedTuple('Line', [('target', Target), ('ratios', list), ('verdict', str)])


def median(line: Line) -> Optional[float]:
    return statistics.median(line.ratios) if line.ratios else None


def ratios_of(target: Target, rounds: list[Round]) -> list[float]:
    ratios = []
    for measured in rounds:
        try:
            ratios.append(target.value(measured))
        except KeyError:
            pass
    return ratios


def verdict_of(target: Target, ratios: list[float]) -> str:
    if not ratios:
        return 'not measured'
    value = statistics.median(ratios)
    if target.at_most is not None:
        return 'met' if value <= target.at_most else 'missed'
    if target.at_least is not None:
        return 'met' if value >= target.at_least else 'missed'
    return ''


def lines_of(rounds: list[Round], workloads: list[str]) -> list[Line]:
    """Of the chosen workloads; without what was neither measured nor aimed at."""
    lines = []
    for target in all_targets():
        if target.workload not in workloads:
            continue
        ratios = ratios_of(target, rounds)
        aimed = target.at_most is not None or target.at_least is not None
        if ratios or aimed:
            lines.append(Line(target, ratios, verdict_of(target, ratios)))
    return lines


def bound_of(target: Target) -> str:
    if target.at_most is not None:
        return f'≤ {target.at_most:g}'
    return f'≥ {target.at_least:g}' if target.at_least is not None else ''


def targets_table(lines: list[Line]) -> str:
    text = ['| | what | target | measured | rounds from – to | |', '|---|---|---|---|---|---|']
    for line in lines:
        value = f'{median(line):.3g}' if line.ratios else ''
        spread = f'{min(line.ratios):.3g} – {max(line.ratios):.3g}' if len(line.ratios) > 1 else ''
        text.append(f'| {line.target.workload} | {line.target.what} | {bound_of(line.target)} '
                    f'| {value} | {spread} | {line.verdict} |')
    return '\n'.join(text)


def median_case(rounds: list[Round], name: str) -> dict[str, float]:
    cases = [measured[name] for measured in rounds if name in measured]
    return {key: statistics.median([case[key] for case in cases if key in case])
            for key in cases[0]}


def medians(rounds: list[Round]) -> Round:
    """Of each case the median over the rounds that had it, in the order of measurement."""
    names = dict.fromkeys(name for measured in rounds for name in measured)
    return {name: median_case(rounds, name) for name in names}


def scaled(seconds: float) -> str:
    for unit, factor in [('s', 1), ('ms', 1e3), ('µs', 1e6)]:
        if seconds * factor >= 1:
            return f'{seconds * factor:.3g} {unit}'
    return f'{seconds * 1e9:.3g} ns'


def cases_table(rounds: list[Round]) -> str:
    """Every case: its time and what else it counted."""
    text = ['| case | time | GFLOP/s | GB/s | frames/s | slowest | MiB |',
            '|---|---|---|---|---|---|---|']

    def cell(case, key, factor=1.0):
        return f'{case[key] * factor:.3g}' if key in case else ''

    for name, case in medians(rounds).items():
        seconds = case['us/frame'] * 1e-6 if 'us/frame' in case else case['seconds']
        if 'bytes' in case:
            case['B/s'] = case['bytes'] / case['seconds']
        memory = f"{case['own_MiB']:.0f}" if name.startswith('Growth') else ''
        text.append(f"| {name} | {scaled(seconds)} | {cell(case, 'FLOP/s', 1e-9)} "
                    f"| {cell(case, 'B/s', 1e-9)} | {cell(case, 'frames/s')} "
                    f"| {cell(case, 'slowest_frames/s')} | {memory} |")
    return '\n'.join(text)


def report(machine: dict[str, str], command: str, lines: list[Line], rounds: list[Round]) -> str:
    described = '\n'.join(f'- {key}: {value}' for key, value in machine.items())
    return f'''# Benchmarks

    {command}

{described}

Ratios within one round, the median over {len(rounds)}.

{targets_table(lines)}

Every case, the median over the rounds; the time is that of a step or a frame, the memory what it added
to that of the program.

{cases_table(rounds)}
'''
