// Says that the connection is lost and when it is tried again, for as long as that is so.
import type { State } from '../net/connection';
import { h, setText } from './dom';

export class ConnectionBanner {
  private readonly words = h('span');
  readonly element = h(
    'div',
    { class: 'banner', role: 'alert', hidden: true },
    h('span', { class: 'dot bad', 'aria-hidden': 'true' }),
    this.words,
  );
  private timer: ReturnType<typeof setInterval> | undefined;
  private wasLost = false;

  show(state: State): void {
    clearInterval(this.timer);
    if (state.is === 'open' || state.is === 'locked') this.wasLost = false;
    if (state.is === 'lost') {
      this.wasLost = true;
      const tell = () => this.tell(Math.ceil((state.retryAt - Date.now()) / 1000));
      tell();
      this.timer = setInterval(tell, 1000);
    }
    if (state.is === 'connecting' && this.wasLost)
      setText(this.words, 'The daemon cannot be reached. Trying …');
    this.element.hidden = !this.wasLost;
  }

  private tell(seconds: number): void {
    const when = seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying …';
    setText(
      this.words,
      `The daemon cannot be reached. ${when} What is shown is what was last known.`,
    );
  }
}
