// Waking and sleeping over the span of the history, a row for each network, and a key below.
import type { PhaseInterval } from '../../generated/proto/control_pb';
import type { Phase_State } from '../../generated/proto/telemetry_pb';
import { PHASES } from '../model/words';
import { fitToScreen } from '../ui/canvas';
import { colour } from '../ui/colours';
import { h } from '../ui/dom';
import { phaseColour, phaseColourName } from '../ui/phase_colour';
import type { Span } from './span';

export class PhaseStrip {
  private readonly canvas = h('canvas', {
    role: 'img',
    'aria-label': 'Waking and sleeping in this time',
  });
  private readonly key = h('ol', { class: 'phase-key' });
  readonly element = h('div', { class: 'phase-strip', hidden: true }, this.canvas, this.key);
  private phases: PhaseInterval[] = [];
  private span: Span = { from: 0, to: 1 };

  constructor() {
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(phases: PhaseInterval[], span: Span): void {
    this.phases = phases;
    this.span = span;
    this.element.hidden = phases.length === 0;
    const states = [...new Set(phases.map(({ state }) => state))].sort();
    this.key.replaceChildren(...states.map(keyOf));
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

// What a colour stands for, in words: not everybody tells them apart.
function keyOf(state: Phase_State): HTMLElement {
  const sample = h('span', { class: 'sample' });
  sample.style.setProperty('--sample', `var(--${phaseColourName(state)})`);
  return h('li', {}, sample, PHASES[state]);
}
