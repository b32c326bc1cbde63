// What one network does now and why, how far it has come, and what it did before.
import { Phase_State } from '../../generated/proto/telemetry_pb';
import type { NetworkState } from '../model/model';
import { PHASE_MEANINGS, PHASES, why } from '../model/words';
import { h, setText } from './dom';
import { count } from './format';
import { Ribbon } from './ribbon';

export class PhasePanel {
  private readonly name = h('span', { class: 'network-name' });
  private readonly word = h('strong', { class: 'phase-word' });
  private readonly reason = h('span', { class: 'muted' });
  private readonly progress = h('progress', { 'aria-label': 'progress of this phase' });
  private readonly steps = h('span', { class: 'figure' });
  private readonly sleeps = h('span', { class: 'muted' });
  private readonly ribbon = new Ribbon();
  readonly element = h(
    'section',
    { class: 'phase card', 'aria-label': 'Phase' },
    h(
      'div',
      { class: 'phase-now' },
      this.name,
      h('p', { class: 'phase-line' }, this.word, ' ', this.reason),
      h('p', { class: 'phase-steps' }, this.progress, this.steps, this.sleeps),
    ),
    h(
      'div',
      { class: 'phase-past' },
      this.ribbon.element,
      h(
        'p',
        { class: 'axis', 'aria-hidden': 'true' },
        h('span', {}, '10 min ago'),
        h('span', {}, 'now'),
      ),
    ),
  );

  show(network: NetworkState, time: number): void {
    const { phase, source } = network;
    setText(this.name, source);
    this.name.hidden = source === '';
    if (phase === undefined) return;
    this.element.dataset['phase'] = PHASES[phase.state].toLowerCase();
    setText(this.word, PHASES[phase.state]);
    this.word.title = PHASE_MEANINGS[phase.state];
    setText(this.reason, phase.learning ? why(phase.cause) : 'learning is switched off');
    const running = phase.state === Phase_State.AWAKE || phase.state === Phase_State.ASLEEP;
    const [step, length] = [Number(phase.step), Number(phase.length)];
    this.progress.hidden = !running || length === 0;
    this.progress.max = Math.max(1, length);
    this.progress.value = Math.min(step, length);
    setText(
      this.steps,
      running
        ? length > 0
          ? `${count(step)} of ${count(length)} steps`
          : `${count(step)} steps`
        : '',
    );
    const slept = Number(phase.sleeps);
    setText(
      this.sleeps,
      slept === 0 ? 'has not slept yet' : `slept ${slept === 1 ? 'once' : `${count(slept)} times`}`,
    );
    this.ribbon.show(network.track, time);
  }
}
