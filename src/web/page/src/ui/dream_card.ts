// The dreams, playing while it sleeps; awake, the last one stands still and waits. Where text is read, what
// it would write on its own now.
import type { Dream } from '../../generated/proto/control_pb';
import type { Source_Kind } from '../../generated/proto/telemetry_pb';
import { noDream } from '../model/words';
import { button, iconButton } from './buttons';
import { h, setAttribute, setText } from './dom';
import { clock } from './format';
import { blobOf, decoded, fitTo, framed } from './picture';

// A dream of few frames is played slowly, one of many quickly: each takes about as long.
const DREAM_MS = 1200;
const [FASTEST_MS, SLOWEST_MS] = [100, 400];
// The last frame stays a little, so that a dream has an end.
const PAUSE_FRAMES = 2;

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

export class DreamCard {
  private readonly canvas = h('canvas', { role: 'img', 'aria-label': 'No dream yet' });
  private readonly caption = h('figcaption', {}, 'Dreams');
  private readonly about = h('p', { class: 'figures muted' });
  private readonly empty = h('p', { class: 'empty' });
  private readonly text = h('p', { class: 'dreamed-text', hidden: true });
  private readonly step = iconButton('Next frame of the dream', 'step', () => this.stepOn());
  private readonly again: HTMLButtonElement;
  readonly element: HTMLElement;
  private frames: ImageBitmap[] = [];
  private number = 0n;
  private at = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private asleep = false;
  // Somebody asked to see it again.
  private replaying = false;

  constructor() {
    this.again = button('Play again', 'play', () => this.replay(), 'quiet');
    this.again.hidden = true;
    this.step.hidden = true;
    this.element = h(
      'article',
      { class: 'dream-card card' },
      h(
        'header',
        {},
        h('h3', { class: 'name' }, 'Dream'),
        this.about,
        h('span', { class: 'spring' }),
        this.step,
        this.again,
      ),
      h('figure', {}, framed(this.canvas, this.text, this.empty), this.caption),
    );
    reducedMotion.addEventListener('change', () => this.play());
    document.addEventListener('visibilitychange', () => this.play());
  }

  sleeping(asleep: boolean): void {
    if (this.asleep === asleep) return;
    this.asleep = asleep;
    this.element.classList.toggle('playing', asleep);
    this.play();
  }

  async show(dream: Dream): Promise<void> {
    if (dream.number === this.number || dream.framesJpeg.length === 0) return;
    this.number = dream.number;
    const frames = await decoded(dream.framesJpeg.map(blobOf));
    if (frames.length === 0 || dream.number !== this.number) return;
    this.frames.forEach((frame) => frame.close());
    this.frames = frames;
    this.at = 0;
    this.empty.hidden = true;
    this.canvas.hidden = false;
    this.text.hidden = true;
    setText(this.about, `${dream.kind}  ·  ${clock(dream.time)}`);
    setAttribute(
      this.canvas,
      'aria-label',
      `A dream of ${frames.length} frames, kind ${dream.kind}`,
    );
    this.draw();
    this.play();
  }

  // Of what it would be, until there is one.
  awaits(kind: Source_Kind): void {
    setText(this.empty, noDream(kind));
  }

  tell(text: string): void {
    this.empty.hidden = true;
    this.canvas.hidden = true;
    this.text.hidden = false;
    setText(this.text, text);
    setText(this.caption, 'Dreamed just now, symbol by symbol, from what it read last');
  }

  private play(): void {
    clearInterval(this.timer);
    this.step.hidden = this.frames.length === 0 || !reducedMotion.matches;
    this.again.hidden = this.frames.length === 0 || this.asleep || reducedMotion.matches;
    const moves = (this.asleep || this.replaying) && !reducedMotion.matches && !document.hidden;
    if (moves && this.frames.length > 0)
      this.timer = setInterval(() => this.stepOn(), this.frameMs());
  }

  private frameMs(): number {
    return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, DREAM_MS / this.frames.length));
  }

  private replay(): void {
    this.replaying = true;
    this.at = 0;
    this.play();
  }

  private stepOn(): void {
    this.at += 1;
    if (this.at >= this.frames.length + (reducedMotion.matches ? 0 : PAUSE_FRAMES)) {
      this.at = 0;
      if (this.replaying) {
        this.replaying = false;
        this.play();
      }
    }
    this.draw();
  }

  private draw(): void {
    const index = Math.min(this.at, this.frames.length - 1);
    const frame = this.frames[index];
    const pen = this.canvas.getContext('2d');
    if (frame === undefined || pen === null) return;
    fitTo(this.canvas, frame);
    pen.drawImage(frame, 0, 0);
    setText(this.caption, `Dreams, frame ${index + 1} of ${this.frames.length}`);
  }
}
