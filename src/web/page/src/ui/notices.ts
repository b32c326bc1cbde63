// Short sentences about what was done, or was not and why; they are read aloud, and go by themselves.
import { h } from './dom';

const STAY_MS = 7000;

export class Notices {
  readonly element = h('div', { class: 'notices', role: 'status', 'aria-live': 'polite' });

  say(words: string, mood: 'good' | 'bad' = 'good'): void {
    const notice = h('p', { class: `notice ${mood}` }, words);
    this.element.append(notice);
    setTimeout(() => notice.remove(), STAY_MS);
  }
}
