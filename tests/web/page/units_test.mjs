// What of the page needs no browser: framing, waiting, curves, phases, words.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { openModules } from './modules.mjs';

let vite;
let load;
before(async () => {
  vite = await openModules();
  load = (file) => vite.ssrLoadModule(`/src/${file}.ts`);
});
after(() => vite.close());

describe('framing', () => {
  const envelope = async (requestId) => {
    const { create } = await vite.ssrLoadModule('@bufbuild/protobuf');
    const { EnvelopeSchema } = await vite.ssrLoadModule('/generated/proto/control_pb.ts');
    return create(EnvelopeSchema, {
      version: 1,
      requestId,
      body: { case: 'hello', value: { token: 'é' } },
    });
  };

  test('puts envelopes together however they are cut', async () => {
    const { frame, FrameReader } = await load('net/framing');
    const [one, two] = [frame(await envelope(7n)), frame(await envelope(8n))];
    const stream = new Uint8Array([...one, ...two]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const reader = new FrameReader();
      const found = [...reader.feed(stream.subarray(0, cut)), ...reader.feed(stream.subarray(cut))];
      assert.deepEqual(
        found.map(({ requestId }) => requestId),
        [7n, 8n],
        `cut at ${cut}`,
      );
      assert.equal(found[0].body.value.token, 'é');
    }
  });

  test('holds no promise of four gigabytes for one', async () => {
    const { FrameReader } = await load('net/framing');
    assert.throws(
      () => new FrameReader().feed(new Uint8Array([0xff, 0xff, 0xff, 0xff])),
      /is no message/,
    );
  });

  test('does not take nonsense for an envelope', async () => {
    const { FrameReader } = await load('net/framing');
    assert.throws(() => new FrameReader().feed(new Uint8Array([0, 0, 0, 3, 0xff, 0xff, 0xff])));
  });
});

describe('backoff', () => {
  test('doubles up to fifteen seconds and begins anew after success', async () => {
    const { Backoff } = await load('net/backoff');
    const backoff = new Backoff();
    const waits = Array.from({ length: 8 }, () => backoff.next(0.5));
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    backoff.reset();
    assert.equal(backoff.next(0), 375);
    assert.equal(new Backoff().next(1), 625);
  });
});

describe('curve data', () => {
  test('keeps one point before its window', async () => {
    const { CurveData } = await load('model/curve_data');
    const data = new CurveData(1, 10);
    for (let time = 0; time <= 30; time += 1) data.push(time, [time]);
    assert.equal(data.times[0], 19);
    assert.equal(data.columns[0].length, data.times.length);
  });

  test('shows what is not known as a gap', async () => {
    const { CurveData } = await load('model/curve_data');
    const data = new CurveData(2, 10);
    data.push(1, [0.5, undefined]);
    assert.deepEqual(data.columns, [[0.5], [null]]);
  });

  test('begins anew when the clock was set back, and takes no update twice', async () => {
    const { CurveData } = await load('model/curve_data');
    const data = new CurveData(1, 10);
    data.push(100, [1]);
    data.push(100, [2]);
    assert.deepEqual(data.columns, [[1]]);
    data.push(50, [3]);
    assert.deepEqual(data.times, [50]);
  });
});

describe('phase track', () => {
  const AWAKE = 1;
  const ASLEEP = 2;
  const phase = (state, sleeps = 0n) => ({ state, cause: 'steps', sleeps });

  test('joins updates of one phase and ends it where the next begins', async () => {
    const { PhaseTrack } = await load('model/phase_track');
    const track = new PhaseTrack(600);
    [0, 1, 2].forEach((time) => track.push(time, phase(AWAKE)));
    [3, 4].forEach((time) => track.push(time, phase(ASLEEP)));
    assert.deepEqual(
      track.stretches.map(({ state, from, to }) => [state, from, to]),
      [
        [AWAKE, 0, 3],
        [ASLEEP, 3, 4],
      ],
    );
  });

  test('claims nothing about the time in which nobody looked', async () => {
    const { PhaseTrack } = await load('model/phase_track');
    const track = new PhaseTrack(600);
    track.push(0, phase(AWAKE));
    track.push(100, phase(AWAKE));
    assert.deepEqual(
      track.stretches.map(({ from, to }) => [from, to]),
      [
        [0, 0],
        [100, 100],
      ],
    );
  });

  test('notices a sleep between two updates', async () => {
    const { PhaseTrack } = await load('model/phase_track');
    const track = new PhaseTrack(600);
    track.push(0, phase(AWAKE, 3n));
    track.push(1, phase(AWAKE, 4n));
    assert.equal(track.stretches.length, 2);
  });

  test('forgets what is older than it reaches', async () => {
    const { PhaseTrack } = await load('model/phase_track');
    const track = new PhaseTrack(10);
    for (let time = 0; time < 100; time += 1)
      track.push(time, phase(time % 10 < 5 ? AWAKE : ASLEEP));
    assert.ok(track.stretches[0].to >= 89);
  });
});

describe('frame rate', () => {
  test('is over the last seconds, and starts again with a daemon that counts from 0', async () => {
    const { FrameRate } = await load('model/frame_rate');
    const rate = new FrameRate();
    assert.equal(rate.hz, undefined);
    for (let time = 0; time <= 20; time += 1)
      rate.push(time, time < 10 ? time * 30 : 300 + (time - 10) * 10);
    assert.equal(rate.hz, 10);
    rate.push(21, 0);
    assert.equal(rate.hz, undefined);
  });
});

describe('words', () => {
  test('tell figures as people read them', async () => {
    const format = await load('ui/format');
    assert.equal(format.duration(59.9), '0:59');
    assert.equal(format.duration(3900), '1 h 05 min');
    assert.equal(format.duration(200000), '2 d 7 h');
    assert.equal(format.fixed(Number.NaN, 2), '–');
    assert.equal(format.percent(0.0314, 1), '3.1 %');
    assert.equal(format.count(1234567n), '1,234,567');
  });

  test('name a cause that a newer daemon has', async () => {
    const { why } = await load('model/words');
    assert.equal(why('command'), 'by command');
    assert.equal(why('eclipse'), 'since: eclipse');
  });
});
