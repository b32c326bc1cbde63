// A plot of the last minutes: real against dream, over the heat map's time, with sleep shaded.
import uPlot from 'uplot';

import { Phase_State } from '../../generated/proto/telemetry_pb';
import type { CurveData } from '../model/curve_data';
import { CURVE_SECONDS } from '../model/model';
import type { Stretch } from '../model/phase_track';
import { colour } from './colours';
import { clock } from './format';

// As wide as --gutter in the style sheet, so that plots and heat map have one time axis.
const GUTTER = 44;
// A time nearer to an edge than this would be cut off, or be written over the y axis.
const LABEL_SECONDS = 12;

export interface CurveOptions {
  height: number;
  // Of the y axis; where one is absent it goes by the data.
  range?: [number, number];
  axisOfTime: boolean;
}

export class Curve {
  private readonly plot: uPlot;
  private end = 0;
  private sleeps: Stretch[] = [];
  private threshold: number | undefined;

  constructor(
    parent: HTMLElement,
    private readonly data: CurveData,
    options: CurveOptions,
  ) {
    const line = (label: string, name: string): uPlot.Series => ({
      label,
      stroke: () => colour(name),
      width: 1.75,
      points: { show: false },
      spanGaps: false,
    });
    const axis: uPlot.Axis = {
      stroke: () => colour('muted'),
      font: '11px Inter, system-ui, sans-serif',
      ticks: { show: false },
      grid: { stroke: () => colour('hairline'), width: 1 },
    };
    const { range } = options;
    this.plot = new uPlot(
      {
        width: parent.clientWidth || 400,
        height: options.height,
        padding: [6, 0, options.axisOfTime ? 0 : 6, 0],
        legend: { show: false },
        cursor: {
          drag: { x: false, y: false },
          points: { size: 6 },
          x: true,
          y: false,
          sync: { key: 'live' },
        },
        scales: {
          x: { time: true, range: () => [this.end - CURVE_SECONDS, this.end] },
          y:
            range === undefined
              ? { range: (_plot, low, high) => this.aroundThreshold(low, high) }
              : { range: () => range },
        },
        axes: [
          {
            ...axis,
            show: options.axisOfTime,
            size: 22,
            space: 70,
            values: (_plot, splits) => splits.map(timeOf),
            grid: { show: false },
            filter: (_plot, splits) => splits.map((each) => (this.hasRoom(each) ? each : null)),
          },
          {
            ...axis,
            size: GUTTER,
            space: 26,
            gap: 8,
            values: (_plot, splits, _axis, _space, step) =>
              splits.map((each) => each.toFixed(digitsOf(step))),
          },
        ],
        series: [{}, line('real', 'real'), line('dream', 'dream')],
        hooks: { drawClear: [() => this.shadeSleeps()], draw: [() => this.drawThreshold()] },
      },
      this.columns(),
      parent,
    );
    new ResizeObserver(() => this.resize(parent.clientWidth, options.height)).observe(parent);
  }

  show(end: number, stretches: Stretch[], threshold?: number): void {
    this.end = end;
    this.sleeps = stretches.filter(({ state }) => state === Phase_State.ASLEEP);
    this.threshold = threshold;
    this.plot.setData(this.columns());
  }

  recolour(): void {
    this.plot.redraw(false);
  }

  destroy(): void {
    this.plot.destroy();
  }

  private hasRoom(time: number): boolean {
    const before = this.end - time;
    return before > LABEL_SECONDS && before < CURVE_SECONDS - LABEL_SECONDS;
  }

  private columns(): uPlot.AlignedData {
    return [this.data.times, ...this.data.columns] as uPlot.AlignedData;
  }

  private resize(width: number, height: number): void {
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height });
  }

  // The threshold belongs into the picture: above it a layer takes what it reads for real.
  private aroundThreshold(low: number | null, high: number | null): [number, number] {
    const known = [low, high, this.threshold].filter(
      (each): each is number => typeof each === 'number' && Number.isFinite(each),
    );
    const [least, most] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
    const margin = Math.max((most - least) * 0.12, 0.02);
    return [least - margin, most + margin];
  }

  private shadeSleeps(): void {
    const { ctx, bbox } = this.plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour('dream-wash');
    for (const { from, to } of this.sleeps) {
      const [left, right] = [
        this.plot.valToPos(from, 'x', true),
        this.plot.valToPos(to, 'x', true),
      ];
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    ctx.restore();
  }

  private drawThreshold(): void {
    if (this.threshold === undefined) return;
    const { ctx, bbox } = this.plot;
    const y = Math.round(this.plot.valToPos(this.threshold, 'y', true));
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.save();
    ctx.strokeStyle = colour('muted');
    ctx.lineWidth = window.devicePixelRatio || 1;
    ctx.setLineDash([5, 4].map((each) => each * ctx.lineWidth));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

// As many as tell two neighbouring labels apart.
function digitsOf(step: number): number {
  const digits = [1, 2, 3, 4].find((each) => Number.isInteger(round(step * 10 ** each)));
  return digits ?? 4;
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

// uPlot asks also for the labels that the filter took out.
function timeOf(time: number | null): string {
  return time === null ? '' : clock(time);
}
