// Keeps a conversation with the daemon: says what state it is in, and comes back by itself.
import { Access } from '../../generated/proto/control_pb';
import { Backoff } from './backoff';
import { Conversation } from './conversation';
import { DaemonError } from './daemon_error';
import * as token from './token';

export type State =
  | { is: 'connecting' }
  | { is: 'open'; conversation: Conversation }
  // Tried again at `retryAt`, in milliseconds as of Date.now().
  | { is: 'lost'; retryAt: number }
  // Waits for a token; `why` is empty where none was tried yet.
  | { is: 'locked'; why: string };

export class Connection {
  private readonly backoff = new Backoff();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private conversation: Conversation | undefined;
  // Counts attempts, so that what belongs to an abandoned one is told from the present one.
  private attempt = 0;
  // The token that is tried; empty: none.
  private offered = token.held();
  state: State = { is: 'connecting' };

  constructor(
    private readonly url: string,
    private readonly changed: (state: State) => void,
  ) {
    window.addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.hurry();
    });
  }

  start(): void {
    void this.open();
  }

  // Lets in whoever holds it; it is kept only after the daemon has taken it.
  unlock(entered: string): void {
    this.leave();
    this.offered = entered;
    void this.open();
  }

  // Forgets the token, and what it allowed.
  lock(): void {
    token.forget();
    this.unlock('');
  }

  // Begins anew where the daemon no longer answers though nobody has closed the connection.
  reopen(): void {
    this.leave();
    this.retryLater();
  }

  get mayControl(): boolean {
    return this.conversation?.welcome.access === Access.CONTROL;
  }

  private async open(): Promise<void> {
    this.attempt += 1;
    const { attempt, offered } = this;
    this.become({ is: 'connecting' });
    try {
      const conversation = await Conversation.open(this.url, offered, () => {
        if (attempt === this.attempt) this.retryLater();
      });
      if (attempt !== this.attempt) return conversation.close();
      if (offered !== '') token.keep(offered);
      this.backoff.reset();
      this.conversation = conversation;
      this.become({ is: 'open', conversation });
    } catch (error) {
      if (attempt !== this.attempt) return;
      if (error instanceof DaemonError && error.needsToken) {
        token.forget();
        this.offered = '';
        this.become({ is: 'locked', why: offered === '' ? '' : error.message });
      } else {
        this.retryLater();
      }
    }
  }

  private retryLater(): void {
    this.conversation = undefined;
    const wait = this.backoff.next();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), wait);
    this.become({ is: 'lost', retryAt: Date.now() + wait });
  }

  // What made the connection fail may just have changed.
  private hurry(): void {
    if (this.state.is !== 'lost') return;
    clearTimeout(this.timer);
    void this.open();
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.attempt += 1;
    this.conversation?.close();
    this.conversation = undefined;
  }

  private become(state: State): void {
    this.state = state;
    this.changed(state);
  }
}

export function controlUrl(at: Location): string {
  const scheme = at.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${at.host}/control`;
}
