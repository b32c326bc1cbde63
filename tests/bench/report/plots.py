"""How time and memory grow, as pictures."""

import pathlib
from typing import NamedTuple

import matplotlib

matplotlib.use('Agg')
# pylint: disable=wrong-import-position
from matplotlib import pyplot  # noqa: E402

from measure import Round  # noqa: E402
from targets import series  # noqa: E402

# `memory` is a counter: that of the whole process, or what the case added to it.
Plot = NamedTuple('Plot', [('file', str), ('x', str), ('time', str), ('memory', str),
                           ('curves', dict)])

MEMORY = {'own_MiB': 'resident memory beside that of the program, MiB',
          'resident_MiB': 'resident memory, MiB'}


def milliseconds(_, case) -> float:
    return 1e3 * case['seconds']


def milliseconds_a_frame(_, case) -> float:
    return 1e-3 * case['us/frame']


def milliseconds_of_all(streams, case) -> float:
    return 1e-3 * streams * case['us/frame']


# Label of a curve -> what its cases are called, and how long one takes.
PLOTS = [
    Plot('growth_width.png', 'width of the layer; it has 2 width² weights', 'ms a step',
         'own_MiB', {
        'look': (r'Growth/width:(\d+)/look', milliseconds),
        'learn': (r'Growth/width:(\d+)/learn', milliseconds)}),
    Plot('growth_layers.png', 'layers', 'ms a step', 'own_MiB', {
        '1 thread': (r'Growth/layers:(\d+)/threads:1', milliseconds_a_frame),
        '2 threads': (r'Growth/layers:(\d+)/threads:2', milliseconds_a_frame)}),
    Plot('growth_streams.png', 'streams', 'ms for a step of all streams', 'own_MiB', {
        '': (r'Growth/streams:(\d+)', milliseconds_of_all)}),
    Plot('growth_steps.png', 'steps', 'ms a step', 'resident_MiB', {
        '': (r'Growth/steps:(\d+)', milliseconds_a_frame)}),
]


def linear_guide(axes, xs, ys, power: int):
    """What growth with that power looks like, through the last point."""
    axes.plot(xs, [ys[-1] * (x / xs[-1])**power for x in xs], ':', color='grey',
              label='linear' if power == 1 else 'with the weights')


def draw(plot: Plot, measured: Round, folder: pathlib.Path) -> bool:
    """False where nothing was measured."""
    curves = {}
    for label, (pattern, time_of) in plot.curves.items():
        try:
            curves[label] = [(x, time_of(x, case), case[plot.memory])
                             for x, case in series(measured, pattern)]
        except KeyError:
            pass
    if not curves:
        return False
    figure, (time_axes, memory_axes) = pyplot.subplots(1, 2, figsize=(10, 4))
    for label, points in curves.items():
        xs, times, memory = zip(*points)
        time_axes.plot(xs, times, 'o-', label=label or None)
        memory_axes.plot(xs, memory, 'o-', label=label or None)
    if plot.file != 'growth_steps.png':
        for axes, ys in [(time_axes, times), (memory_axes, memory)]:
            linear_guide(axes, xs, ys, 2 if plot.file == 'growth_width.png' else 1)
    for axes, name in [(time_axes, plot.time), (memory_axes, MEMORY[plot.memory])]:
        axes.set_xscale('log', base=10 if plot.file == 'growth_steps.png' else 2)
        axes.set_yscale('log')
        axes.set_xlabel(plot.x)
        axes.set_ylabel(name)
        axes.grid(True, which='both', alpha=0.3)
    # A flat line needs an axis that shows it as one.
    if plot.file == 'growth_steps.png':
        for axes in (time_axes, memory_axes):
            low, high = axes.get_ylim()
            axes.set_ylim(low / 3, high * 3)
    for axes in (time_axes, memory_axes):
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    figure.tight_layout()
    figure.savefig(folder / plot.file, dpi=120)
    pyplot.close(figure)
    return True


def draw_all(measured: Round, folder: pathlib.Path) -> list[str]:
    """The files that were written."""
    return [plot.file for plot in PLOTS if draw(plot, measured, folder)]
