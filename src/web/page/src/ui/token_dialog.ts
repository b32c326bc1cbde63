// Asks for a token, as a modal dialog. The browser is told not to keep what is typed.
import { button } from './buttons';
import { h, setText } from './dom';

export class TokenDialog {
  private readonly input = h('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
    required: true,
    'aria-describedby': 'token-why',
  });
  private readonly why = h('p', { id: 'token-why', class: 'why', role: 'alert' });
  private readonly cancel = button('Cancel', undefined, () => this.giveUp());
  readonly element = h('dialog', { class: 'dialog', 'aria-labelledby': 'token-title' });

  // `cancelled`: nobody wants to enter one.
  constructor(
    enter: (token: string) => void,
    private readonly cancelled: () => void,
  ) {
    const form = h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'token-title' }, 'Enter a token'),
      h(
        'p',
        { class: 'muted' },
        'This daemon lets in who holds a token: a view token may look, a control token may also act. It is forgotten when this tab is closed.',
      ),
      h('label', { for: 'token' }, 'Token'),
      this.input,
      this.why,
      h(
        'div',
        { class: 'actions' },
        this.cancel,
        h('button', { type: 'submit', class: 'button primary' }, 'Enter'),
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.input.value.trim();
      if (token !== '') enter(token);
    });
    this.element.append(form);
    // A page that cannot be looked at without a token has nothing to go back to.
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (!this.cancel.hidden) this.giveUp();
    });
  }

  // `why`: what the daemon said of the last token.
  open(why: string, mayCancel: boolean): void {
    setText(this.why, why);
    this.cancel.hidden = !mayCancel;
    if (!this.element.open) this.element.showModal();
    this.input.select();
    this.input.focus();
  }

  private giveUp(): void {
    this.close();
    this.cancelled();
  }

  close(): void {
    this.input.value = '';
    if (this.element.open) this.element.close();
  }
}
