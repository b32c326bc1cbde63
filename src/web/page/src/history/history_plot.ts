// One plot of the history: the mean of each moment, between its least and its largest value. Drag to
// zoom; all plots zoom together.
import uPlot from 'uplot';

import { Phase_State } from '../../generated/proto/telemetry_pb';
import type { PhaseInterval } from '../../generated/proto/control_pb';
import { colour } from '../ui/colours';
import { h, setText } from '../ui/dom';
import { dayAndMonth, moment } from './moment';
import type { Plot } from './series';
import type { Span } from './span';

const HEIGHT = 190;
// As wide as --history-gutter in the style sheet.
const GUTTER = 52;
// Shading more sleeps than this would say nothing.
const MOST_SHADED = 300;

export class HistoryPlot {
  readonly element: HTMLElement;
  private readonly box = h('div', { class: 'curve' });
  private readonly time = h('time', { class: 'muted' });
  private readonly plot: uPlot;
  private readonly resized: ResizeObserver;

  // `zoomed`: somebody has dragged over a span of time.
  constructor(
    plot: Plot,
    times: number[],
    span: Span,
    phases: PhaseInterval[],
    zoomed: (span: Span) => void,
  ) {
    this.element = h(
      'article',
      { class: 'card history-plot', 'aria-label': plot.title },
      h('header', {}, h('h3', {}, plot.title), h('span', { class: 'spring' }), this.time),
      this.box,
    );
    const columns = plot.series.flatMap(({ mean, min, max }) => [mean, min, max]);
    this.plot = new uPlot(
      options(plot, span, sleepsOf(phases), zoomed, (time) => setText(this.time, time)),
      [times, ...columns] as uPlot.AlignedData,
      this.box,
    );
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.box);
  }

  recolour(): void {
    this.plot.redraw(false);
  }

  destroy(): void {
    this.resized.disconnect();
    this.plot.destroy();
  }

  private fit(): void {
    const width = this.box.clientWidth;
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }
}

function sleepsOf(phases: PhaseInterval[]): PhaseInterval[] {
  const sleeps = phases.filter(({ state }) => state === Phase_State.ASLEEP);
  return sleeps.length > MOST_SHADED ? [] : sleeps;
}

function options(
  plot: Plot,
  span: Span,
  sleeps: PhaseInterval[],
  zoomed: (span: Span) => void,
  pointed: (time: string) => void,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colour('muted'),
    font: '11px Inter, system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: () => colour('hairline'), width: 1 },
  };
  return {
    width: 600,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: { key: 'history', filters: { pub: isPointing } },
      y: false,
      points: { size: 6 },
    },
    legend: { live: true, markers: { width: 2 } },
    scales: { x: { time: true, range: () => [span.from, span.to] } },
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 80, values: timeLabels },
      { ...axis, size: GUTTER, space: 30, gap: 8 },
    ],
    series: [{}, ...plot.series.flatMap(linesOf)],
    // Least and largest, a pair of columns for each mean.
    bands: plot.series.map((each, index) => ({
      series: [3 * index + 3, 3 * index + 2],
      fill: () => wash(each.colour),
    })),
    hooks: {
      setCursor: [({ cursor, data }) => pointed(momentAt(data[0], cursor.idx))],
      drawClear: [(drawn) => shade(drawn, sleeps)],
      setSelect: [
        (drawn) => {
          const { left, width } = drawn.select;
          if (width < 4) return;
          drawn.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          zoomed({ from: drawn.posToVal(left, 'x'), to: drawn.posToVal(left + width, 'x') });
        },
      ],
    },
  };
}

function linesOf({ label, colour: name }: Plot['series'][number]): uPlot.Series[] {
  const edge: uPlot.Series = {
    class: 'edge',
    stroke: 'transparent',
    width: 0,
    points: { show: false },
  };
  return [
    {
      label,
      stroke: () => colour(name),
      width: 1.6,
      points: { show: false },
      // Where nobody points at a moment, the last value.
      value: ({ data }, value, series, index) =>
        figure(index === null ? lastOf(data[series] ?? []) : value),
    },
    edge,
    edge,
  ];
}

const figure = (value: number | null | undefined): string =>
  value == null ? '–' : String(Number(value.toPrecision(4)));

function lastOf(values: ArrayLike<number | null | undefined>): number | undefined {
  for (let i = values.length - 1; i >= 0; --i) {
    const value = values[i];
    if (value != null) return value;
  }
  return undefined;
}

const wash = (name: string): string => `color-mix(in srgb, ${colour(name)} 16%, transparent)`;

function shade({ ctx, bbox, valToPos }: uPlot, sleeps: PhaseInterval[]): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour('dream-wash');
  for (const { from, to } of sleeps) {
    const left = valToPos(from, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(1, valToPos(to, 'x', true) - left), bbox.height);
  }
  ctx.restore();
}

const momentAt = (times: ArrayLike<number>, index: number | null | undefined): string => {
  const time = index == null ? undefined : times[index];
  return time === undefined ? '' : moment(time);
};

// The others show the same moment, but only the plot that was dragged over zooms: it zooms them all.
const isPointing = (event: string): boolean => event === 'mousemove' || event === 'mouseleave';

const DAY = 86_400;
const two = (value: number): string => String(value).padStart(2, '0');

// Hours within a day, days beyond: as much as tells two labels apart.
function timeLabels(
  _plot: uPlot,
  splits: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  return splits.map((split) => {
    const time = new Date(split * 1000);
    const day = dayAndMonth(time);
    if (step >= DAY) return day;
    const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`;
    if (step < 60) return `${minutes}:${two(time.getSeconds())}`;
    return minutes === '00:00' ? day : minutes;
  });
}
