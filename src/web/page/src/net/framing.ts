// The control protocol's framing: each envelope behind its length, four bytes, the most significant
// first. A WebSocket message may hold a part of one or several, just as a read from a socket may.
import { fromBinary, toBinary } from '@bufbuild/protobuf';

import { type Envelope, EnvelopeSchema } from '../../generated/proto/control_pb';

const LENGTH_BYTES = 4;
// Far above what a daemon sends, far below what would hurt the tab.
const LARGEST_BYTES = 64 * 1024 * 1024;

export function frame(envelope: Envelope): Uint8Array<ArrayBuffer> {
  const body = toBinary(EnvelopeSchema, envelope);
  const framed = new Uint8Array(LENGTH_BYTES + body.length);
  new DataView(framed.buffer).setUint32(0, body.length);
  framed.set(body, LENGTH_BYTES);
  return framed;
}

// Puts envelopes together from whatever pieces they arrive in. Throws on what is no such stream;
// there is no way to find the next envelope then.
export class FrameReader {
  private held = new Uint8Array(0);

  feed(bytes: Uint8Array): Envelope[] {
    this.held = this.held.length === 0 ? bytes.slice() : joined(this.held, bytes);
    const envelopes: Envelope[] = [];
    let at = 0;
    while (this.held.length - at >= LENGTH_BYTES) {
      const length = new DataView(this.held.buffer, at).getUint32(0);
      if (length > LARGEST_BYTES) throw new Error(`a message of ${length} bytes is no message`);
      if (this.held.length - at - LENGTH_BYTES < length) break;
      const from = at + LENGTH_BYTES;
      envelopes.push(fromBinary(EnvelopeSchema, this.held.subarray(from, from + length)));
      at = from + length;
    }
    this.held = this.held.slice(at);
    return envelopes;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
