// Waking and sleeping over the span of the history, a row for each network.
import type { PhaseInterval } from '../../generated/proto/control_pb';
import { fitToScreen } from '../ui/canvas';
import { colour } from '../ui/colours';
import { h } from '../ui/dom';
import { phaseColour } from '../ui/phase_colour';
import type { Span } from './span';

export class PhaseStrip {
  private readonly canvas = h('canvas', {
    role: 'img',
    'aria-label': 'Waking and sleeping in this time',
  });
  readonly element = h('div', { class: 'phase-strip', hidden: true }, this.canvas);
  private phases: PhaseInterval[] = [];
  private span: Span = { from: 0, to: 1 };

  constructor() {
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(phases: PhaseInterval[], span: Span): void {
    this.phases = phases;
    this.span = span;
    this.element.hidden = phases.length === 0;
    this.draw();
  }

  draw(): void {
    const pen = fitToScreen(this.canvas);
    if (pen === null) return;
    const { width, height } = this.canvas;
    const { from, to } = this.span;
    const at = (time: number) =>
      ((Math.min(Math.max(time, from), to) - from) / (to - from)) * width;
    pen.fillStyle = colour('sunk');
    pen.fillRect(0, 0, width, height);
    const networks = [...new Set(this.phases.map(({ source }) => source))];
    const row = height / Math.max(1, networks.length);
    for (const phase of this.phases) {
      pen.fillStyle = phaseColour(phase.state);
      const left = at(phase.from);
      pen.fillRect(
        left,
        networks.indexOf(phase.source) * row,
        Math.max(1, at(phase.to) - left),
        row,
      );
    }
  }
}
