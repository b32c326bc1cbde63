// One source: what the network sees, where it is surprised, and what it expected.
import type { View } from '../../generated/proto/control_pb';
import { Source_State } from '../../generated/proto/telemetry_pb';
import type { SourceState } from '../model/model';
import { noPicture, SOURCES, sourceMood } from '../model/words';
import { button } from './buttons';
import { h, setAttribute, setText } from './dom';
import { count, fixed } from './format';
import { framed, Picture } from './picture';
import { SurpriseLayer } from './surprise_layer';

export class SourceCard {
  private readonly name = h('h3', { class: 'name' });
  private readonly state = h('span', { class: 'chip' });
  private readonly tooFast = h(
    'span',
    {
      class: 'chip',
      hidden: true,
      title:
        'It changes too fast for the layers to come to rest between frames: raise network.steps_per_frame, or the frame rate of the source.',
    },
    'too fast to settle',
  );
  private readonly figures = h('p', { class: 'figures muted' });
  private readonly trouble = h('p', { class: 'why', hidden: true });
  private readonly seen = h('canvas', { role: 'img' });
  private readonly expected = h('canvas', { role: 'img' });
  private readonly surprise = new SurpriseLayer(
    h('canvas', { class: 'surprise', 'aria-hidden': 'true' }),
  );
  private readonly caption = h('figcaption', {}, 'Sees');
  private readonly empty = h('p', { class: 'empty' });
  private readonly seenPicture: Picture;
  private readonly expectedPicture: Picture;
  private readonly pause: HTMLButtonElement;
  private readonly resume: HTMLButtonElement;
  private lastFrame = '';
  readonly element: HTMLElement;

  constructor(name: string, act: (action: 'pause' | 'resume', source: string) => void) {
    this.seenPicture = new Picture(this.seen, (pen, [frame, map]) => {
      if (frame === undefined) return;
      pen.drawImage(frame, 0, 0);
      this.surprise.draw(map, frame);
    });
    this.expectedPicture = new Picture(this.expected, (pen, [frame]) => {
      if (frame !== undefined) pen.drawImage(frame, 0, 0);
    });
    this.pause = button('Pause', 'pause', () => act('pause', name), 'quiet control-only');
    this.resume = button('Resume', 'play', () => act('resume', name), 'quiet control-only');
    this.element = h(
      'article',
      { class: 'source-card card' },
      h(
        'header',
        {},
        this.name,
        this.state,
        this.tooFast,
        this.figures,
        h('span', { class: 'spring' }),
        this.pause,
        this.resume,
      ),
      this.trouble,
      h(
        'div',
        { class: 'pictures' },
        h('figure', {}, framed(this.seen, this.surprise.canvas, this.empty), this.caption),
        h('figure', {}, framed(this.expected), h('figcaption', {}, 'Expects next')),
      ),
    );
    setText(this.name, name);
    this.pause.setAttribute('aria-label', `Pause ${name}`);
    this.resume.setAttribute('aria-label', `Resume ${name}`);
  }

  show({ source, rate }: SourceState): void {
    setText(this.state, SOURCES[source.state]);
    setText(this.empty, noPicture(source.kind));
    this.state.dataset['mood'] = sourceMood(source.state);
    this.name.title = source.description;
    const clip = source.clip !== '' && source.clip !== source.name ? `${source.clip}, ` : '';
    const running = source.state === Source_State.WATCHED;
    const lost = Number(source.droppedSlow + source.unreadable);
    const parts = [
      ...(running ? [`${fixed(rate.hz, 1)} frames/s`] : []),
      `${clip}frame ${count(source.frame)}`,
      ...(source.predictionError === undefined
        ? []
        : [`prediction error ${fixed(source.predictionError, 3)}`]),
      ...(lost > 0 ? [`${count(lost)} lost`] : []),
    ];
    setText(this.figures, parts.join('  ·  '));
    const retry =
      source.state === Source_State.LOST
        ? ` Tried again in ${Math.ceil(source.retryInSeconds)} s.`
        : '';
    setText(this.trouble, source.why === '' ? '' : source.why + retry);
    this.trouble.hidden = this.trouble.textContent === '';
    this.tooFast.hidden = !source.tooFast;
    this.pause.hidden = source.state === Source_State.PAUSED || source.state === Source_State.ENDED;
    this.resume.hidden = source.state !== Source_State.PAUSED;
  }

  view(view: View): void {
    // A source that stands still sends the same picture again.
    const frame = `${view.clip} ${view.frame} ${view.time}`;
    if (frame === this.lastFrame) return;
    this.lastFrame = frame;
    this.empty.hidden = true;
    setAttribute(
      this.seen,
      'aria-label',
      `What the network sees of ${view.source}, frame ${view.frame}`,
    );
    setAttribute(this.expected, 'aria-label', `What the network expects next of ${view.source}`);
    setText(this.caption, view.surpriseIsNovelty ? 'Sees, and what is unusual of it' : 'Sees');
    const map = view.surprisePng.length > 0 ? [view.surprisePng] : [];
    void this.seenPicture.show([view.frameJpeg, ...map]);
    if (view.predictionJpeg.length > 0) void this.expectedPicture.show([view.predictionJpeg]);
  }
}
