// The phase ribbon: the last ten minutes of waking and sleeping, newest at the right.
import { Phase_State } from '../../generated/proto/telemetry_pb';
import { RIBBON_SECONDS } from '../model/model';
import type { PhaseTrack, Stretch } from '../model/phase_track';
import { PHASES, why } from '../model/words';
import { fitToScreen } from './canvas';
import { colour } from './colours';
import { h, setAttribute, setText } from './dom';
import { clock, duration } from './format';
import { phaseColour } from './phase_colour';

const TICK_SECONDS = 60;

export class Ribbon {
  private readonly canvas = h('canvas', { role: 'img', tabindex: '0' });
  private readonly tip = h('p', { class: 'tip', role: 'status', hidden: true });
  readonly element = h('div', { class: 'ribbon' }, this.canvas, this.tip);
  private stretches: Stretch[] = [];
  private end = 0;
  // Which one is told of, counted from the newest; none: undefined.
  private told: number | undefined;

  constructor() {
    this.canvas.addEventListener('pointermove', (event) => this.tellAt(event.offsetX));
    this.canvas.addEventListener('pointerleave', () => this.tell(undefined));
    this.canvas.addEventListener('blur', () => this.tell(undefined));
    this.canvas.addEventListener('focus', () => this.tell(0));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  show(track: PhaseTrack, end: number): void {
    this.stretches = track.stretches;
    this.end = end;
    setAttribute(this.canvas, 'aria-label', this.summary());
    this.draw();
  }

  private draw(): void {
    const pen = fitToScreen(this.canvas);
    if (pen === null) return;
    const { width, height } = this.canvas;
    const at = (time: number) => ((time - this.end) / RIBBON_SECONDS + 1) * width;
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = colour('sunk');
    pen.fillRect(0, 0, width, height);
    for (const { state, from, to } of this.stretches) {
      pen.fillStyle = phaseColour(state);
      pen.fillRect(at(from), 0, Math.max(1, at(to) - at(from)), height);
    }
    pen.fillStyle = colour('card');
    const first = Math.ceil((this.end - RIBBON_SECONDS) / TICK_SECONDS) * TICK_SECONDS;
    for (let time = first; time < this.end; time += TICK_SECONDS) {
      pen.fillRect(Math.round(at(time)), height - height / 5, 1, height / 5);
    }
  }

  private summary(): string {
    const total = (state: Phase_State) =>
      this.stretches
        .filter((each) => each.state === state)
        .reduce((sum, each) => sum + each.to - each.from, 0);
    const parts = [Phase_State.AWAKE, Phase_State.ASLEEP, Phase_State.LOOKING]
      .filter((state) => total(state) > 0)
      .map((state) => `${PHASES[state].toLowerCase()} ${duration(total(state))}`);
    return `Phases of the last ten minutes, minutes and seconds: ${parts.join(', ') || 'nothing seen yet'}. Left and right arrow tell each.`;
  }

  private tellAt(x: number): void {
    const time = this.end + (x / this.canvas.clientWidth - 1) * RIBBON_SECONDS;
    const index = this.stretches.findIndex(({ from, to }) => from <= time && time <= to);
    this.tell(index < 0 ? undefined : this.stretches.length - 1 - index);
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === 'ArrowLeft' ? 1 : event.key === 'ArrowRight' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = (this.told ?? 0) + step;
    this.tell(Math.min(Math.max(index, 0), this.stretches.length - 1));
  }

  private tell(index: number | undefined): void {
    this.told = index;
    const stretch = index === undefined ? undefined : this.stretches.at(-1 - index);
    this.tip.hidden = stretch === undefined;
    if (stretch === undefined) return;
    const { state, from, to, cause } = stretch;
    setText(
      this.tip,
      `${clock(from)} ${PHASES[state].toLowerCase()} for ${duration(to - from)}, ${why(cause)}`,
    );
    const middle = ((from + to) / 2 - this.end) / RIBBON_SECONDS + 1;
    this.tip.style.setProperty('--at', `${Math.min(Math.max(middle, 0.12), 0.88) * 100}%`);
  }
}
