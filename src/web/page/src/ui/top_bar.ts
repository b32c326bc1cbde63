// The line above all: who this is, whether it is connected, which view, which theme, which token.
import type { State } from '../net/connection';
import { iconButton } from './buttons';
import { h, setAttribute, setText } from './dom';
import { eye } from './icons';
import * as theme from './theme';

export type Tab = 'live' | 'history';

export class TopBar {
  private readonly dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  private readonly words = h('span', { class: 'connection-words' });
  private readonly daemon = h('span', { class: 'muted daemon' });
  private readonly tabs: Record<Tab, HTMLAnchorElement>;
  private readonly lock: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(unlock: () => void) {
    const tab = (name: Tab, label: string) => h('a', { href: `#${name}` }, label);
    this.tabs = { live: tab('live', 'Live'), history: tab('history', 'History') };
    this.lock = iconButton('Enter a token', 'lock', unlock);
    const contrast = iconButton(themeLabel(), 'contrast', () => {
      theme.choose(theme.next(theme.chosen()));
      for (const attribute of ['aria-label', 'title'])
        contrast.setAttribute(attribute, themeLabel());
    });
    this.element = h(
      'header',
      { class: 'top' },
      h('a', { class: 'brand', href: '#live' }, eye(), h('span', {}, 'Hypnos')),
      h('nav', { 'aria-label': 'Views' }, this.tabs.live, this.tabs.history),
      h('span', { class: 'spring' }),
      this.daemon,
      h('p', { class: 'connection', role: 'status' }, this.dot, this.words),
      contrast,
      this.lock,
    );
  }

  showTab(tab: Tab): void {
    for (const [name, link] of Object.entries(this.tabs)) {
      if (name === tab) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }

  showConnection(state: State, mayControl: boolean): void {
    const words = {
      open: mayControl ? 'Live' : 'Live, looking only',
      connecting: 'Connecting',
      lost: 'Lost',
      locked: 'Locked',
    };
    setText(this.words, words[state.is]);
    this.dot.className = `dot ${state.is === 'open' ? 'good' : state.is === 'connecting' ? 'idle' : 'bad'}`;
    const label = mayControl ? 'Forget the token' : 'Enter a token';
    for (const attribute of ['aria-label', 'title']) setAttribute(this.lock, attribute, label);
    this.lock.classList.toggle('held', mayControl);
  }

  showDaemon(words: string): void {
    setText(this.daemon, words);
  }
}

function themeLabel(): string {
  const names = { system: 'as the system', light: 'light', dark: 'dark' };
  return `Colours: ${names[theme.chosen()]}. Change`;
}
