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

  test('draws no line over a time in which nothing came', async () => {
    const { CurveData } = await load('model/curve_data');
    const data = new CurveData(1, 100);
    [1, 2, 42].forEach((time) => data.push(time, [time]));
    assert.deepEqual(data.times, [1, 2, 22, 42]);
    assert.deepEqual(data.columns, [[1, 2, null, 42]]);
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

describe('the newest version of a picture', () => {
  test('is asked for once, and an older one no more', async () => {
    const { Newest } = await load('model/newest');
    const newest = new Newest();
    assert.equal(await newest.get(2, async () => 'two'), 'two');
    for (const version of [0, 1, 2])
      assert.equal(await newest.get(version, () => assert.fail()), undefined);
    assert.equal(await newest.get(3, async () => 'three'), 'three');
  });

  test('is asked for again where it did not come', async () => {
    const { Newest } = await load('model/newest');
    const newest = new Newest();
    const lost = () => Promise.reject(new Error('the connection was lost'));
    assert.equal(await newest.get(1, lost), undefined);
    assert.equal(await newest.get(1, async () => 'one'), 'one');
    // Fails only after the next one was asked for, which is not asked for twice.
    let fail;
    const late = newest.get(2, () => new Promise((_, reject) => (fail = reject)));
    assert.equal(await newest.get(3, async () => 'three'), 'three');
    fail(new Error('too late'));
    assert.equal(await late, undefined);
    assert.equal(await newest.get(3, () => assert.fail()), undefined);
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

  test('promise no picture where none will come', async () => {
    const { noPicture, noDream } = await load('model/words');
    const [older, pictures, text, series] = [0, 1, 2, 3];
    for (const kind of [older, pictures]) assert.match(noPicture(kind), /yet/);
    for (const kind of [text, series]) assert.match(noPicture(kind), /there is no picture/);
    assert.match(noDream(series), /hypnosctl dream/);
    for (const kind of [older, pictures, text]) assert.match(noDream(kind), /yet/);
  });

  test('name a cause that a newer daemon has', async () => {
    const { why } = await load('model/words');
    assert.equal(why('command'), 'by command');
    assert.equal(why('eclipse'), 'since: eclipse');
  });
});

describe('words of the fleet', () => {
  const member = {
    gone: false,
    phase: 'awake',
    uptimeSeconds: 65,
    silentSeconds: 31,
    sources: 3n,
    sourcesLost: 0n,
    layers: 2n,
    layersElsewhere: 0n,
    layersHosted: 0n,
  };

  test('mark who is gone, whatever it said last', async () => {
    const fleet = await load('model/fleet');
    assert.deepEqual(fleet.state(member), { words: 'awake', mood: 'good' });
    assert.equal(fleet.since(member), 'up 1:05');
    const gone = { ...member, gone: true };
    assert.deepEqual(fleet.state(gone), { words: 'gone', mood: 'bad' });
    assert.equal(fleet.since(gone), 'silent 0:31');
  });

  test('count sources and layers, and say more only where there is more', async () => {
    const fleet = await load('model/fleet');
    assert.equal(fleet.sources(member), '3');
    assert.equal(fleet.sources({ ...member, sourcesLost: 1n }), '3, 1 lost');
    assert.equal(fleet.layers(member), '2');
    const spread = { ...member, layersElsewhere: 1n, layersHosted: 4n };
    assert.equal(fleet.layers(spread), '2, 1 elsewhere, 4 of others');
    const late = { ...spread, layersHosted: 0n, lateShare: 0.0625 };
    assert.equal(fleet.layers(late), '2, 1 elsewhere (6.3 % late)');
    assert.equal(fleet.more(1000, 100), 'and 900 more');
    assert.equal(fleet.more(100n, 100), '');
  });

  test('tell lags, rounds and hosts', async () => {
    const fleet = await load('model/fleet');
    assert.equal(fleet.lag(undefined), '–');
    assert.equal(fleet.lag(0.034), '34 ms');
    assert.equal(fleet.lag(1.5), '1.5 s');
    assert.equal(fleet.model(undefined), '–');
    assert.equal(fleet.model({ name: 'gate', round: 0n }), 'gate, no round yet');
    assert.equal(fleet.model({ name: 'gate', round: 1200n }), 'gate, round 1,200');
    assert.equal(fleet.computedBy({ host: '', placed: false }), 'nobody yet');
    assert.equal(fleet.computedBy({ host: 'attic', placed: true }), 'attic');
    assert.equal(fleet.computedBy({ host: 'attic', placed: false }), 'attic, which is lost');
    assert.equal(fleet.late({ steps: 0n, lateSteps: 0n }), '–');
    assert.equal(fleet.late({ steps: 400n, lateSteps: 25n }), '6.3 %');
  });

  test('show the state of a source by colour, too', async () => {
    const { sourceMood } = await load('model/fleet');
    const mood = (state, why = '') => sourceMood({ state, why });
    assert.equal(mood('watched'), 'good');
    assert.equal(mood('paused'), 'idle');
    assert.equal(mood('lost', 'gone'), 'bad');
    assert.equal(mood('ended', 'damaged'), 'bad');
    assert.equal(mood('ended'), 'idle');
  });
});

describe('history', () => {
  const answer = (series, buckets = 3) => ({
    from: 100,
    to: 100 + 10 * buckets,
    bucketSeconds: 10,
    series,
  });

  test('puts real and dream of a layer into one plot, and leaves gaps where nothing is known', async () => {
    const { tableOf } = await load('history/series');
    const { times, plots } = tableOf(
      answer([
        { name: 'goodness_real/1', bucket: [0, 2], mean: [1, 3], min: [0, 2], max: [2, 4] },
        { name: 'goodness_dream/1', bucket: [1], mean: [5], min: [5], max: [5] },
        { name: 'asleep', bucket: [0], mean: [1], min: [1], max: [1] },
        { name: 'prediction_error@door', bucket: [], mean: [], min: [], max: [] },
      ]),
    );
    assert.deepEqual(times, [105, 115, 125]);
    assert.deepEqual(
      plots.map(({ title }) => title),
      ['Goodness, layer 1', 'Prediction error'],
    );
    assert.deepEqual(
      plots[0].series.map(({ label, colour }) => [label, colour]),
      [
        ['real', 'real'],
        ['dream', 'dream'],
      ],
    );
    assert.deepEqual(plots[0].series[0].mean, [1, null, 3]);
    assert.deepEqual(plots[1].series[0].label, 'door');
  });

  test('tells whose a figure is, whatever the name of the source', async () => {
    const { placed } = await load('history/series');
    assert.deepEqual(placed('goodness_real/2@a/b@c'), {
      title: 'Goodness, layer 2, a/b@c',
      label: 'real',
      colour: 'real',
    });
    assert.equal(placed('frames_per_second').label, 'frames a second');
    assert.equal(placed('something_new/1').title, 'Something new');
    assert.equal(placed('p_dream/3').title, 'p(real), layer 3');
  });

  test('ignores buckets beyond the end', async () => {
    const { tableOf } = await load('history/series');
    const { plots } = tableOf(
      answer([{ name: 'a', bucket: [0, 99], mean: [1, 2], min: [1, 2], max: [1, 2] }], 1),
    );
    assert.deepEqual(plots[0].series[0].mean, [1]);
  });

  test('writes CSV that no name breaks out of and no spreadsheet runs', async () => {
    const { csv } = await load('history/csv');
    const series = {
      name: '=1+1,"x"',
      label: '',
      colour: '',
      mean: [-1.5, null],
      min: [-2, null],
      max: [0, null],
    };
    const lines = csv({ times: [0, 60], plots: [{ title: '', series: [series] }] }).split('\r\n');
    assert.equal(lines[0], `time,"'=1+1,""x""","'=1+1,""x"" min","'=1+1,""x"" max"`);
    assert.equal(lines[1], '1970-01-01T00:00:00.000Z,-1.5,-2,0');
    assert.equal(lines[2], '1970-01-01T00:01:00.000Z,,,');
  });

  test('tells moments and how far apart they are', async () => {
    const { moment, pitch } = await load('history/moment');
    const time = new Date(2026, 10, 26, 15, 20, 5);
    assert.equal(moment(time.getTime() / 1000), '26 Nov 2026, 15:20:05');
    assert.deepEqual([1, 2, 90, 120, 4800, 9000, 14_400, 172_800].map(pitch), [
      ...['second', '2 s', '90 s', '2 min', '80 min', '2.5 h', '4 h', '2 d'],
    ]);
  });

  test('moves and zooms, but not beyond now', async () => {
    const { last, moved, zoomed } = await load('history/span');
    assert.deepEqual(last(60, 1000), { from: 940, to: 1000 });
    assert.deepEqual(moved({ from: 900, to: 1000 }, 0.5, 1010), { from: 910, to: 1010 });
    assert.deepEqual(moved({ from: 900, to: 1000 }, -0.5, 1010), { from: 850, to: 950 });
    assert.deepEqual(zoomed({ from: 0, to: 100 }, 0.5), { from: 25, to: 75 });
    assert.deepEqual(zoomed({ from: 0, to: 4 }, 0.5), { from: -3, to: 7 });
  });
});

describe('what was before the page was opened', () => {
  const layer = (number) => ({ layer: number, goodnessReal: 9 });
  const update = (time, rest) => ({
    time,
    sources: [],
    layers: [],
    activity: [],
    ofEach: [],
    ...rest,
  });

  test('joins what is known from then on, and overwrites nothing', async () => {
    const { Model } = await load('model/model');
    const { recall } = await load('model/past');
    const model = new Model();
    const phase = { state: 1, cause: 'steps', sleeps: 0n };
    model.apply(update(100.5, { phase, layers: [layer(1)] }));
    recall(model, {
      from: 96,
      to: 102,
      bucketSeconds: 2,
      series: [{ name: 'goodness_real/1', bucket: [0, 2], mean: [5, 6], min: [], max: [] }],
      phases: [
        { source: '', state: 2, cause: 'steps', from: 96, to: 101 },
        { source: 'another', state: 2, cause: 'steps', from: 96, to: 101 },
      ],
    });
    const [network] = model.networks;
    const { goodness, probability } = network.layers.get(1);
    assert.deepEqual(goodness.times, [97, 99, 100.5]);
    assert.deepEqual(goodness.columns[0], [5, null, 9]);
    assert.deepEqual(probability.times, [100.5]);
    const stretches = network.track.stretches.map(({ state, from, to }) => [state, from, to]);
    assert.deepEqual(stretches, [
      [2, 96, 100.5],
      [1, 100.5, 100.5],
    ]);
  });

  test('is told of each network by its own name', async () => {
    const { Model } = await load('model/model');
    const { recall } = await load('model/past');
    const model = new Model();
    const ofEach = ['door', 'yard'].map((source) => ({
      source,
      update: { layers: [layer(1)], activity: [] },
    }));
    model.apply(update(100, { ofEach }));
    const series = [{ name: 'goodness_dream/1@yard', bucket: [0], mean: [7], min: [], max: [] }];
    recall(model, { from: 90, to: 92, bucketSeconds: 2, series, phases: [] });
    const columns = model.networks.map(({ layers }) => layers.get(1).goodness.columns[1]);
    assert.deepEqual(columns, [[null], [7, null]]);
  });

  test('networks go with their sources', async () => {
    const { Model } = await load('model/model');
    const model = new Model();
    const of = (source) => ({ source, update: { layers: [layer(1)], activity: [] } });
    model.apply(update(1, { ofEach: [of('door'), of('yard')] }));
    model.apply(update(2, { ofEach: [of('yard')] }));
    assert.deepEqual(
      model.networks.map(({ source }) => source),
      ['yard'],
    );
  });
});
