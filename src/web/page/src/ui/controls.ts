// What a control token may do. Without one these buttons are not there.
import type { NetworkState } from '../model/model';
import { button, switch_ } from './buttons';
import { h } from './dom';
import { Phase_State } from '../../generated/proto/telemetry_pb';

export type Action = 'sleep' | 'wake' | 'save' | 'learning on' | 'learning off';

export class Controls {
  private readonly sleep: HTMLButtonElement;
  private readonly wake: HTMLButtonElement;
  private readonly save: HTMLButtonElement;
  private readonly learning;
  readonly element: HTMLElement;

  constructor(act: (action: Action) => void) {
    this.sleep = button('Sleep now', 'moon', () => act('sleep'));
    this.wake = button('Wake', 'sun', () => act('wake'));
    this.save = button('Save', 'save', () => act('save'));
    this.save.title = 'Save a checkpoint of what was learned';
    this.learning = switch_('Learning', true, (on) => act(on ? 'learning on' : 'learning off'));
    this.element = h(
      'div',
      { class: 'controls control-only', role: 'group', 'aria-label': 'Control' },
      this.sleep,
      this.wake,
      this.learning.element,
      this.save,
    );
  }

  show(networks: NetworkState[], checkpoints: boolean): void {
    const phases = networks.flatMap(({ phase }) => (phase === undefined ? [] : [phase]));
    this.sleep.hidden = !phases.some(({ state }) => state !== Phase_State.ASLEEP);
    this.wake.hidden = !phases.some(({ state }) => state === Phase_State.ASLEEP);
    this.save.hidden = !checkpoints;
    if (document.activeElement !== this.learning.input)
      this.learning.input.checked = phases.some(({ learning }) => learning);
  }
}
