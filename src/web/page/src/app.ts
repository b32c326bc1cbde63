// The page as a whole: one connection, one model, two views of it.
import { type StatusResponse, Topic, type Update } from '../generated/proto/control_pb';
import { type Command, CONTROL, ofSource } from './commands';
import { HistoryView, type QueryHistory } from './history/history_view';
import { Model } from './model/model';
import { PAST, recall } from './model/past';
import type { Ask, Conversation, Subscription } from './net/conversation';
import { Connection, controlUrl, type State } from './net/connection';
import { connectionLost, DaemonError, sentence } from './net/daemon_error';
import { ConnectionBanner } from './ui/connection_banner';
import { h } from './ui/dom';
import { count, duration } from './ui/format';
import { LiveView } from './ui/live_view';
import { Notices } from './ui/notices';
import * as theme from './ui/theme';
import { TokenDialog } from './ui/token_dialog';
import { type Tab, TopBar } from './ui/top_bar';

const FIGURES_HZ = 2;
const UNITS_HZ = 4;
const PICTURES_HZ = 10;
// Who asked for less motion gets a picture a second.
const CALM_PICTURES_HZ = 1;
const DREAMS_HZ = 2;
const STATUS_MS = 5000;
// What StatusResponse.prediction_error_unit is where text is read.
const TEXT_UNIT = 'bits a symbol';
const DREAMED_SYMBOLS = 200;
// A daemon that takes longer to say how it is cannot be reached.
const STATUS_WAIT_MS = 8000;
// Of the fleet: those in which something is wrong are among them.
const SHOWN_DAEMONS = 100;
// Saving a checkpoint may take its time.
const COMMAND_MS = 60_000;

export class App {
  private readonly model = new Model();
  private readonly notices = new Notices();
  private readonly banner = new ConnectionBanner();
  private readonly dialog = new TokenDialog(
    (token) => this.connection.unlock(token),
    () => this.withoutToken(),
  );
  private readonly top = new TopBar(() => this.lockOrUnlock());
  private readonly live = new LiveView(this.model, {
    control: (action) => void this.tell(CONTROL[action]),
    source: (action, name) => void this.tell(ofSource(action, name)),
    picture: (event) => this.pictureOf(event),
    fleet: () => void this.askFleet(),
  });
  private readonly history = new HistoryView((query) => this.queryHistory(query));
  private readonly main = h(
    'main',
    { id: 'main', tabindex: '-1' },
    this.live.element,
    this.history.element,
  );
  private readonly connection = new Connection(controlUrl(location), (state) =>
    this.connected(state),
  );
  // Ends what is only wanted while somebody looks.
  private looking: (() => void)[] = [];
  private drawing = false;
  private tab: Tab = 'live';
  private seed = 1n;
  // What has no broker gets none before it starts again.
  private alone: Conversation | undefined;

  start(): void {
    theme.apply();
    theme.onThemeChange(() => {
      this.live.recolour();
      this.history.recolour();
      this.draw();
    });
    document.body.append(
      h('a', { class: 'skip', href: '#main' }, 'To the content'),
      this.top.element,
      this.banner.element,
      this.main,
      this.notices.element,
      this.dialog.element,
    );
    window.addEventListener('hashchange', () => this.route());
    window.addEventListener('resize', () => this.draw());
    document.addEventListener('visibilitychange', () => this.look());
    setInterval(() => void this.askStatus(), STATUS_MS);
    this.route();
    this.connection.start();
  }

  private route(): void {
    this.tab = location.hash === '#history' ? 'history' : 'live';
    this.top.showTab(this.tab);
    this.live.element.hidden = this.tab !== 'live';
    this.history.element.hidden = this.tab !== 'history';
    this.look();
  }

  private connected(state: State): void {
    this.banner.show(state);
    this.top.showConnection(state, this.connection.mayControl);
    document.documentElement.classList.toggle('may-control', this.connection.mayControl);
    this.looking = [];
    if (state.is === 'locked') this.dialog.open(state.why, state.why !== '');
    if (state.is !== 'open') return;
    this.dialog.close();
    this.live.forgetEvents();
    this.subscribe(
      state.conversation,
      [Topic.GOODNESS, Topic.PHASE, Topic.SOURCES],
      FIGURES_HZ,
      (update) => this.take(update),
    );
    this.subscribe(state.conversation, [Topic.EVENTS], 1, (update) => this.live.tellEvents(update));
    this.look();
    void this.askStatus();
  }

  private take(update: Update): void {
    const first = this.model.time === 0;
    this.model.apply(update);
    this.history.setClock(update.time);
    if (first) void this.recall();
  }

  // A daemon without a history has no past to show.
  private async recall(): Promise<void> {
    const { time } = this.model;
    const answer = await this.queryHistory({
      series: PAST.series,
      from: time - PAST.seconds,
      to: time,
      mostPoints: PAST.seconds,
    }).catch(() => undefined);
    if (answer === undefined) return;
    recall(this.model, answer);
    this.draw();
  }

  // Pictures are asked for only where they are seen; figures go on, so that the curves have no hole.
  private look(): void {
    this.looking.forEach((end) => end());
    this.looking = [];
    const { state } = this.connection;
    const seen = !document.hidden && state.is === 'open';
    this.history.show(seen && this.tab === 'history');
    if (!seen || this.tab !== 'live') return;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.looking = [
      this.subscribe(
        state.conversation,
        [Topic.PICTURES],
        calm ? CALM_PICTURES_HZ : PICTURES_HZ,
        (update) => this.live.pictures(update),
      ),
      this.subscribe(state.conversation, [Topic.UNITS], UNITS_HZ, (update) =>
        this.live.units(update),
      ),
      this.subscribe(state.conversation, [Topic.DREAMS], DREAMS_HZ, (update) =>
        this.live.dreams(update),
      ),
    ];
    this.draw();
  }

  private subscribe(
    conversation: Conversation,
    topics: Topic[],
    rateHz: number,
    take: (update: Update) => void,
  ): () => void {
    const subscription: Subscription = {
      topics,
      rateHz,
      updated: (update) => {
        take(update);
        this.draw();
      },
      // An older daemon has fewer topics; what it lacks stays empty.
      failed: (error) => {
        if (!error.isUnimplemented && error.reason !== 'CONNECTION_LOST')
          this.notices.say(error.message, 'bad');
      },
    };
    return conversation.subscribe(subscription);
  }

  // Also finds out whether the daemon still answers: a connection can be dead without being closed.
  private async askStatus(): Promise<void> {
    const { state } = this.connection;
    if (state.is !== 'open' || document.hidden) return;
    try {
      const status = await state.conversation.ask({ case: 'status', value: {} }, STATUS_WAIT_MS);
      this.live.checkpoints = await this.savesCheckpoints(state.conversation, status);
      this.top.showDaemon(
        `hypnosd ${status.daemonVersion}, up ${duration(status.uptimeSeconds)}, ${count(status.frames)} frames`,
      );
      await this.askFleet();
      await this.askThresholds(state.conversation);
      if (status.predictionErrorUnit === TEXT_UNIT) await this.askDreamedText(state.conversation);
    } catch (error) {
      const dead = error instanceof DaemonError && error.reason === 'NO_ANSWER';
      if (dead && this.connection.state === state) this.connection.reopen();
    }
  }

  // Where each source has a network of its own, each saves its own, or none does.
  private async savesCheckpoints(
    conversation: Conversation,
    status: StatusResponse,
  ): Promise<boolean> {
    const source = this.model.networks[0]?.source ?? '';
    const one =
      source === '' ? status : await conversation.ask({ case: 'status', value: { source } });
    return one.checkpoints !== undefined;
  }

  // Dreams of a text are short, and asked for rather than followed: what it would write on its own now.
  private async askDreamedText(conversation: Conversation): Promise<void> {
    if (this.tab !== 'live') return;
    const source = this.model.networks[0]?.source ?? '';
    const ask: Ask = { case: 'dream', value: { steps: DREAMED_SYMBOLS, seed: this.seed, source } };
    this.seed += 1n;
    // Before the first symbol was read there is nothing to dream of.
    const { text } = await conversation.ask(ask).catch(() => ({ text: '' }));
    if (text !== '') this.live.dreamedText(text);
  }

  private async askFleet(): Promise<void> {
    const { state } = this.connection;
    if (state.is !== 'open' || state.conversation === this.alone || this.tab !== 'live') return;
    const { conversation } = state;
    const { fleet } = this.live;
    try {
      fleet.show(await conversation.ask({ case: 'listFleet', value: { limit: SHOWN_DAEMONS } }));
      const name = fleet.opened;
      if (name === '') return;
      const { members } = await conversation.ask({ case: 'listFleet', value: { name } });
      if (members[0] !== undefined) fleet.showDetails(members[0]);
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      if (error.reason === 'DAEMON_NOT_FOUND') fleet.close();
      if (error.reason !== 'NO_BROKER' && !error.isUnimplemented) return;
      this.alone = conversation;
      fleet.hide();
    }
  }

  private async askThresholds(conversation: Conversation): Promise<void> {
    for (const network of this.model.networks) {
      for (const [layer, known] of network.layers) {
        const { phaseName } = network;
        if (known.thresholdOf === phaseName) continue;
        const inspected = await conversation.ask({
          case: 'inspectLayer',
          value: { layer, source: network.source, bins: 1, topUnits: 1 },
        });
        known.threshold = inspected.thresholdPerUnit;
        known.thresholdOf = phaseName;
      }
    }
  }

  private async queryHistory(query: Parameters<QueryHistory>[0]): ReturnType<QueryHistory> {
    const { state } = this.connection;
    if (state.is !== 'open') throw connectionLost();
    return state.conversation.ask({ case: 'queryHistory', value: query });
  }

  private async pictureOf(event: bigint): Promise<Uint8Array> {
    const { state } = this.connection;
    if (state.is !== 'open') throw connectionLost();
    const answer = await state.conversation.ask({ case: 'eventPicture', value: { id: event } });
    return answer.jpeg;
  }

  // After a wrong one: perhaps one may look without.
  private withoutToken(): void {
    if (this.connection.state.is === 'locked') this.connection.lock();
  }

  private lockOrUnlock(): void {
    if (this.connection.mayControl) this.connection.lock();
    else this.dialog.open('', this.connection.state.is === 'open');
  }

  private async tell({ ask, done }: Command): Promise<void> {
    const { state } = this.connection;
    if (state.is !== 'open')
      return this.notices.say('There is no connection to the daemon just now.', 'bad');
    try {
      await state.conversation.ask(ask, COMMAND_MS);
      this.notices.say(done);
    } catch (error) {
      this.notices.say(sentence(error), 'bad');
    }
  }

  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (this.tab === 'live') this.live.render();
    });
  }
}
