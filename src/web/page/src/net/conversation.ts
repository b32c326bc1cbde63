// One WebSocket from hello to close: requests are answered, subscriptions go on until cancelled.
import { create, type MessageInitShape } from '@bufbuild/protobuf';

import {
  type Envelope,
  EnvelopeSchema,
  Error_Code,
  type RequestSchema,
  type Response,
  type Topic,
  type Update,
  type Welcome,
} from '../../generated/proto/control_pb';
import { connectionLost, DaemonError } from './daemon_error';
import { frame, FrameReader } from './framing';

const PROTOCOL = 'hypnos.control.v1';
const VERSION = 1;
const WELCOME_MS = 10_000;
const CLIENT = 'hypnos-page';

export type Ask = NonNullable<MessageInitShape<typeof RequestSchema>['kind']>;
// The answer to a request has its name.
type AnswerTo<K> = Extract<Response['kind'], { case: K }>['value'];

interface Pending {
  answered(response: Response): void;
  updated?(update: Update): void;
  failed(error: DaemonError): void;
}

export interface Subscription {
  topics: Topic[];
  rateHz: number;
  updated(update: Update): void;
  failed(error: DaemonError): void;
}

export class Conversation {
  private readonly reader = new FrameReader();
  private readonly pending = new Map<bigint, Pending>();
  private lastId = 0n;

  private constructor(
    private readonly socket: WebSocket,
    readonly welcome: Welcome,
    private readonly ended: () => void,
  ) {}

  // Fails with the daemon's own words where it does not let the token in. `ended` is called once
  // when an open conversation ends, for whatever cause.
  static open(url: string, token: string, ended: () => void): Promise<Conversation> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, PROTOCOL);
      socket.binaryType = 'arraybuffer';
      const reader = new FrameReader();
      const tooLong = setTimeout(() => socket.close(), WELCOME_MS);
      socket.onopen = () => {
        const hello = { oldestVersion: VERSION, newestVersion: VERSION, token, client: CLIENT };
        socket.send(frame(envelope(0n, { case: 'hello', value: hello })));
      };
      socket.onclose = () => {
        clearTimeout(tooLong);
        reject(connectionLost());
      };
      socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
        let first: Envelope | undefined;
        try {
          first = reader.feed(new Uint8Array(event.data))[0];
        } catch {
          socket.close();
        }
        if (first === undefined) return;
        clearTimeout(tooLong);
        if (first.body.case === 'welcome') {
          const conversation = new Conversation(socket, first.body.value, ended);
          conversation.listen();
          resolve(conversation);
        } else {
          reject(first.body.case === 'error' ? DaemonError.of(first.body.value) : connectionLost());
          socket.close();
        }
      };
    });
  }

  // One answer, of the kind that was asked for, or a DaemonError.
  ask<K extends Ask['case']>(kind: Ask & { case: K }, deadlineMs = 15_000): Promise<AnswerTo<K>> {
    return new Promise((resolve: (value: unknown) => void, reject) => {
      const id = this.nextId();
      const failed = (error: DaemonError) => {
        clearTimeout(tooLong);
        this.pending.delete(id);
        reject(error);
      };
      // The daemon keeps the deadline, too; this one is for a daemon that cannot be reached.
      const tooLong = setTimeout(() => {
        const words = 'The daemon has not answered in time.';
        failed(new DaemonError(Error_Code.DEADLINE_EXCEEDED, 'NO_ANSWER', words));
      }, deadlineMs + 1000);
      const answered = (response: Response) => {
        clearTimeout(tooLong);
        this.pending.delete(id);
        resolve(response.kind.value);
      };
      this.pending.set(id, { answered, failed });
      this.send(envelope(id, { case: 'request', value: { kind } }, deadlineMs));
    }) as Promise<AnswerTo<K>>;
  }

  // Returns what ends the subscription.
  subscribe(wanted: Subscription): () => void {
    const id = this.nextId();
    const failed = (error: DaemonError) => {
      this.pending.delete(id);
      if (error.code !== Error_Code.CANCELLED) wanted.failed(error);
    };
    this.pending.set(id, { answered: () => {}, updated: wanted.updated, failed });
    const value = { topics: wanted.topics, rateHz: wanted.rateHz, queueLength: 2 };
    this.send(envelope(id, { case: 'request', value: { kind: { case: 'subscribe', value } } }));
    return () => {
      if (!this.pending.has(id)) return;
      // Updates that are under way still are not wanted any more.
      this.pending.set(id, { answered: () => {}, failed: () => this.pending.delete(id) });
      this.send(envelope(id, { case: 'cancel', value: {} }));
    };
  }

  close(): void {
    this.socket.close();
  }

  private listen(): void {
    this.socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
      try {
        this.reader.feed(new Uint8Array(event.data)).forEach((each) => this.take(each));
      } catch (error) {
        console.error(error);
        this.socket.close();
      }
    };
    this.socket.onclose = () => {
      const left = [...this.pending.values()];
      this.pending.clear();
      left.forEach((each) => each.failed(connectionLost()));
      this.ended();
    };
  }

  private take({ requestId, body }: Envelope): void {
    const pending = this.pending.get(requestId);
    if (body.case === 'response') pending?.answered(body.value);
    if (body.case === 'update') pending?.updated?.(body.value);
    if (body.case === 'error') pending?.failed(DaemonError.of(body.value));
  }

  private send(message: Envelope): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame(message));
  }

  private nextId(): bigint {
    this.lastId += 1n;
    return this.lastId;
  }
}

function envelope(
  requestId: bigint,
  body: NonNullable<MessageInitShape<typeof EnvelopeSchema>['body']>,
  deadlineMs = 0,
): Envelope {
  return create(EnvelopeSchema, { version: VERSION, requestId, deadlineMs, body });
}
