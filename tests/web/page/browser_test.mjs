// Drives the page in Chromium against a real hypnosd that watches the demonstration clip, and keeps
// pictures of it.
//   PAGE_PROGRAMS  folder of hypnosd and hypnosctl
//   PAGE_SHOTS     folder for the screenshots
//   CHROMIUM         by default /usr/bin/chromium
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Broker, Daemon, natsServer, sleepMs, until } from './daemon.mjs';
import { fromPage } from './modules.mjs';

const programs = process.env.PAGE_PROGRAMS;
const shots = process.env.PAGE_SHOTS;
const clip = '/usr/share/doc/opencv-doc/examples/data/vtest.avi';

// Short phases, so that a test sees several; real time, so that the machine has time for the browser.
const street = `
sources:
  - name: street
    pace: realtime
    file: {path: ${clip}, rounds: 0}
encoding: {width: 384, height: 288, colour: grey, temporal_difference: true, patches: {size: 16}}
network: {layers: [{units: 128}, {units: 128}]}
learning: {rule: rehearsed}
schedule: {wake_steps: 60, sleep_steps: 40, dream_steps: 8}
probe: {sequences: 2, locations: 16}
`;

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

// In view of the lack of a sandbox for root, which CI is, Chromium runs without; it loads nothing but
// our own page.
let browser;
before(async () => {
  const { chromium } = await fromPage('playwright-core/index.mjs');
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  mkdirSync(shots, { recursive: true });
});
after(() => browser?.close());

// A page that remembers what went wrong on it.
async function open(daemon, options = DESKTOP, token = daemon.tokens.control) {
  const context = await browser.newContext({ colorScheme: 'light', ...options });
  const page = await context.newPage();
  const errors = [];
  page.on(
    'console',
    (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()),
  );
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(daemon.url);
  if (token !== undefined) await unlock(page, token);
  return { page, errors, close: () => context.close() };
}

async function unlock(page, token) {
  await page.getByRole('dialog').waitFor();
  await page.locator('#token').fill(token);
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
}

const shoot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
const phaseIs = (page, word, limit = 60_000) =>
  page.locator('.phase-word', { hasText: word }).first().waitFor({ timeout: limit });

// The numbers of a small copy of a canvas. A copy each time: Chromium warns of a canvas of the page
// that is read back again and again, and the page is not to be blamed for being looked at.
const look = (page, selector) =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas) => {
      if (canvas.width === 0) return [];
      const pen = new OffscreenCanvas(64, 48).getContext('2d', { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0, 64, 48);
      return Array.from(pen.getImageData(0, 0, 64, 48).data);
    });

// A number that another picture on the canvas does not have.
const pixels = async (page, selector) =>
  (await look(page, selector)).reduce(
    (sum, value, index) => (sum * 31 + value * (index + 1)) % 1_000_000_007,
    7,
  );

async function moves(page, selector, limit = 20_000) {
  const first = await pixels(page, selector);
  await until(`${selector} moves`, async () => (await pixels(page, selector)) !== first, limit);
}

// Some colour other than nothing and black.
const isPainted = async (page, selector) =>
  (await look(page, selector)).some((value, index) => index % 4 !== 3 && value > 24);

describe('the page of a daemon that watches a street', () => {
  let daemon;
  before(async () => (daemon = await Daemon.start(programs, street)));
  after(() => daemon?.remove());

  test('refuses a wrong token, and says so', async () => {
    const { page, errors, close } = await open(daemon, DESKTOP, 'not-a-token');
    await until(
      'a sentence about the token',
      async () => (await page.locator('#token-why').textContent()).length > 10,
    );
    assert.equal(
      await page.evaluate(() => JSON.stringify(sessionStorage)),
      '{}',
      'a refused token is not kept',
    );
    assert.equal(await page.locator('.source-card').count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });

  test('lets a view token look and nothing else', async () => {
    const { page, close } = await open(daemon, DESKTOP, daemon.tokens.view);
    await page.locator('.source-card').waitFor();
    assert.equal(await page.getByRole('button', { name: /Sleep now|Pause|Save/ }).count(), 0);
    await close();
  });

  test('keeps the token in the tab and nowhere else', async () => {
    const { page, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    const kept = await page.evaluate(() =>
      [Object.values(localStorage).join(), document.cookie, location.href].join(),
    );
    assert.ok(!kept.includes(daemon.tokens.control));
    await page.reload();
    await page.locator('.source-card').waitFor();
    await close();
  });

  test('shows moving pictures, maps and curves, and follows wake, sleep and wake', async () => {
    const { page, errors, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    for (const selector of [
      '.source-card canvas >> nth=0',
      '.source-card .surprise',
      '.source-card figure:nth-of-type(2) canvas',
      '.layer .heat',
      '.layer .curve canvas',
    ]) {
      await moves(page, selector);
    }
    for (const selector of [
      '.source-card canvas >> nth=0',
      '.source-card .surprise',
      '.layer .heat',
    ])
      assert.ok(await isPainted(page, selector), selector);
    assert.equal(await page.locator('.layer').count(), 2);
    await phaseIs(page, 'Awake');
    await phaseIs(page, 'Asleep');
    await phaseIs(page, 'Awake');
    assert.match(await page.locator('.source-card .figures').textContent(), /frame [\d,]+/);
    assert.deepEqual(errors, []);
    await close();
  });

  test('plays dreams while it sleeps, by command, until it is woken', async () => {
    const { page, errors, close } = await open(daemon);
    await phaseIs(page, 'Awake');
    await page.getByRole('button', { name: 'Sleep now' }).click();
    await phaseIs(page, 'Asleep', 10_000);
    await page.locator('.dream-card.playing').waitFor();
    await until('a dream is there', () => isPainted(page, '.dream-card canvas'));
    await moves(page, '.dream-card canvas');
    await page.getByRole('button', { name: 'Wake' }).click();
    await phaseIs(page, 'Awake', 20_000);
    assert.deepEqual(errors, []);
    await close();
  });

  test('pauses and resumes a source', async () => {
    const { page, errors, close } = await open(daemon);
    await page.getByRole('button', { name: 'Pause street' }).click();
    await page.locator('.source-card .chip', { hasText: 'paused' }).waitFor();
    await sleepMs(1500);
    const still = await pixels(page, '.source-card canvas >> nth=0');
    await sleepMs(1500);
    assert.equal(await pixels(page, '.source-card canvas >> nth=0'), still);
    await page.getByRole('button', { name: 'Resume street' }).click();
    await page.locator('.source-card .chip', { hasText: 'watched' }).waitFor();
    await moves(page, '.source-card canvas >> nth=0');
    assert.deepEqual(errors, []);
    await close();
  });

  test('switches learning off and on, and saves a checkpoint', async () => {
    const { page, errors, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    const learning = page.getByRole('switch', { name: 'Learning' });
    await page.locator('.controls .switch').click();
    await page.getByText('learning is switched off').waitFor();
    await page.locator('.controls .switch').click();
    await page.getByText('learning is switched off').waitFor({ state: 'detached' });
    assert.ok(await learning.isChecked());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('What was learned is saved.').waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  test('asks for no pictures while the tab is hidden', async () => {
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    let bytes = 0;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => (bytes += payload.length)),
    );
    await page.goto(daemon.url);
    await unlock(page, daemon.tokens.view);
    await moves(page, '.source-card canvas >> nth=0');
    const hide = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const during = async (ms) => {
      const before_ = bytes;
      await sleepMs(ms);
      return bytes - before_;
    };
    await phaseIs(page, 'Awake');
    const shown = await during(3000);
    await hide(true);
    await sleepMs(1000);
    const hidden = await during(3000);
    assert.ok(hidden < shown / 10, `${hidden} bytes hidden, ${shown} shown`);
    await hide(false);
    await moves(page, '.source-card canvas >> nth=0');
    await context.close();
  });

  test('can be worked by keys, and shows where one is', async () => {
    const { page, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    await page.evaluate(() => document.activeElement?.blur());
    const reached = [];
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab');
      const { name, outlined } = await page.evaluate(() => {
        const at = document.activeElement;
        const marked = at.matches('.switch input') ? at.nextElementSibling : at;
        return {
          name: at.getAttribute('aria-label') ?? at.textContent ?? '',
          outlined: getComputedStyle(marked).outlineStyle,
        };
      });
      if (name !== '' && reached.length < 25) reached.push(name);
      if (!['Hypnos', ''].includes(name.trim()) && press < 8)
        assert.notEqual(outlined, 'none', name);
    }
    for (const wanted of [
      /To the content/,
      /History/,
      /Colours/,
      /Opacity/,
      /Sleep now|Wake/,
      /Pause street/,
    ]) {
      assert.ok(
        reached.some((name) => wanted.test(name)),
        `${wanted} in ${reached.join(' | ')}`,
      );
    }
    await close();
  });

  test('stands still for who asked for less motion, and steps by hand', async () => {
    const { page, close } = await open(daemon, { ...DESKTOP, reducedMotion: 'reduce' });
    await until('a dream is there', () => isPainted(page, '.dream-card canvas'), 60_000);
    await phaseIs(page, 'Awake');
    const still = await pixels(page, '.dream-card canvas');
    await sleepMs(800);
    assert.equal(await pixels(page, '.dream-card canvas'), still);
    await page.getByRole('button', { name: 'Next frame of the dream' }).click();
    await until('the next frame', async () => (await pixels(page, '.dream-card canvas')) !== still);
    await close();
  });

  test('looks as it should: screenshots', async () => {
    const pages = {
      'desktop-light': await open(daemon),
      'desktop-dark': await open(daemon, { ...DESKTOP, colorScheme: 'dark' }),
      'phone-light': await open(daemon, PHONE),
      'phone-dark': await open(daemon, { ...PHONE, colorScheme: 'dark' }),
    };
    for (const { page } of Object.values(pages)) await page.locator('.layer').first().waitFor();
    // Enough for the curves to be more than a dot.
    await sleepMs(25_000);
    const first = pages['desktop-light'].page;
    await phaseIs(first, 'Awake');
    for (const [name, { page, errors }] of Object.entries(pages)) {
      await shoot(page, name);
      const { wide, window_ } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        window_: innerWidth,
      }));
      assert.ok(wide <= window_, `${name} scrolls sideways`);
      assert.deepEqual(errors, [], name);
    }
    await phaseIs(first, 'Asleep');
    await until('a dream is there', () => isPainted(first, '.dream-card canvas'));
    await shoot(first, 'asleep-light');
    await shoot(pages['desktop-dark'].page, 'asleep-dark');
    for (const { close } of Object.values(pages)) await close();
  });

  test('plots the history, zooms into it and hands it out as CSV', async () => {
    const { page, errors, close } = await open(daemon);
    await page.getByRole('link', { name: 'History' }).click();
    await page.locator('.history-plot', { hasText: 'Goodness, layer 1' }).waitFor();
    await until('a curve is drawn', () => isPainted(page, '.history-plot canvas'));
    assert.ok(await isPainted(page, '.phase-strip canvas'));
    const span = page.locator('.history > .figure');
    const first = await span.textContent();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await until('a shorter span', async () => (await span.textContent()) !== first);
    const box = await page.locator('.history-plot .u-over').first().boundingBox();
    const near = await span.textContent();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await until('the span that was dragged over', async () => (await span.textContent()) !== near);
    await page.getByRole('button', { name: 'Back' }).click();
    await until('back again', async () => (await span.textContent()) === near);
    await page.getByRole('button', { name: '10 min' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const [head, ...rows] = readFileSync(await (await waiting).path(), 'utf8').split('\r\n');
    assert.match(head, /^time,.*goodness_real\/1,/);
    assert.ok(rows.length > 10);
    await shoot(page, 'history-light');
    assert.deepEqual(errors, []);
    await close();
    const others = {
      'history-dark': { ...DESKTOP, colorScheme: 'dark' },
      'history-phone': PHONE,
    };
    for (const [name, how] of Object.entries(others)) {
      const other = await open(daemon, how);
      await other.page.getByRole('link', { name: 'History' }).click();
      await until('a curve is drawn', () => isPainted(other.page, '.history-plot canvas'));
      await other.page.locator('.phase-key', { hasText: 'Awake' }).waitFor();
      // Nobody points at a moment: the last value is told.
      await other.page.locator('.history-plot .u-value', { hasText: /\d/ }).first().waitFor();
      await shoot(other.page, name);
      assert.deepEqual(other.errors, [], name);
      await other.close();
    }
  });

  test('notices a daemon that answers no more, though the connection stays', async () => {
    const { page, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    daemon.process.kill('SIGSTOP');
    await page.locator('.banner', { hasText: 'cannot be reached' }).waitFor({ timeout: 40_000 });
    daemon.process.kill('SIGCONT');
    await page.locator('.banner').waitFor({ state: 'hidden', timeout: 60_000 });
    await moves(page, '.source-card canvas >> nth=0', 40_000);
    await close();
  });

  test('says that the connection is lost, and comes back by itself after a restart', async () => {
    const { page, close } = await open(daemon);
    await page.locator('.source-card').waitFor();
    await daemon.stop();
    await page.locator('.banner', { hasText: 'cannot be reached' }).waitFor();
    await shoot(page, 'lost');
    await daemon.run();
    await page.locator('.banner').waitFor({ state: 'hidden', timeout: 60_000 });
    await moves(page, '.source-card canvas >> nth=0', 40_000);
    await page.getByRole('button', { name: 'Pause street' }).waitFor();
    await close();
  });
});

describe('the page of a daemon with hostile names', () => {
  const names = [
    '<script>document.title="broken"</script>',
    '<img src=x onerror="document.title=`broken`">',
  ];
  const hostile = `
sources:
${names.map((name) => `  - name: '${name}'\n    pace: realtime\n    synthetic: {scene: glyphs, frames: 0}`).join('\n')}
encoding: {width: 64, height: 64, patches: {size: 16}}
network: {layers: [{units: 16}]}
`;
  let daemon;
  before(async () => (daemon = await Daemon.start(programs, hostile)));
  after(() => daemon?.remove());

  test('shows them as the text that they are', async () => {
    const { page, errors, close } = await open(daemon);
    await page.locator('.source-card').nth(1).waitFor();
    assert.deepEqual(await page.locator('.source-card .name').allTextContents(), names);
    assert.equal(await page.locator('main script, main img').count(), 0);
    assert.equal(await page.title(), 'Hypnos');
    await shoot(page, 'hostile-names');
    assert.deepEqual(errors, []);
    await close();
  });
});

describe('where text is read', () => {
  const reader = `
sources:
  - name: licence
    text: {path: /usr/share/common-licenses/GPL-3, rounds: 0}
encoding: {text: {unknown: "?", window: 4, readers: 4}}
network: {layers: [{units: 32, self: false, top_down: false}]}
learning: {rule: interleaved, optimiser: rms, rate: 0.003, velocity: 0, negatives: {dream: 0, one_step: 1}}
schedule: {dream_steps: 3}
`;
  let daemon;
  before(async () => (daemon = await Daemon.start(programs, reader)));
  after(() => daemon?.remove());

  test('writes what it dreams, anew every few seconds, for who may only look, too', async () => {
    const { page, errors, close } = await open(daemon, DESKTOP, daemon.tokens.view);
    const dreamed = page.locator('.dreamed-text');
    await dreamed.waitFor({ timeout: 60_000 });
    const first = await dreamed.textContent();
    assert.equal([...first].length, 200);
    await until('another dream', async () => (await dreamed.textContent()) !== first);
    assert.equal(await page.locator('.dream-card .empty').isHidden(), true);
    await page.getByText('Of a text there is no picture.').waitFor();
    await shoot(page, 'text');
    assert.deepEqual(errors, []);
    await close();
  });
});

describe('the fleet', { skip: natsServer() === undefined && 'there is no nats-server' }, () => {
  let broker;
  const daemons = [];
  const config = (name) => `
sources:
  - name: ${name} camera
    pace: realtime
    synthetic: {scene: glyphs, width: 64, height: 64, frame_rate_hz: 10, frames: 0}
encoding: {patches: {size: 16}}
network: {layers: [{units: 16}, {units: 16}]}
broker: {url: '${broker.url}', name: ${name}, interval_seconds: 0.5,
         folder: '${broker.folder}/${name}'}
`;
  const start = async (name) => {
    const daemon = await Daemon.start(programs, config(name));
    daemons.push(daemon);
    return daemon;
  };
  const rowOf = (page, name) =>
    page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
  let porch;
  before(async () => {
    broker = await Broker.start();
    porch = await start('porch');
  });
  after(async () => {
    for (const daemon of daemons) await daemon.remove();
    await broker?.stop();
  });

  test('shows a second daemon as soon as it speaks, and marks it when it has ended', async () => {
    const { page, errors, close } = await open(porch);
    const table = page.getByRole('table', { name: 'Daemons of the same broker' });
    await table.waitFor();
    await rowOf(page, 'porch').getByText('this one').waitFor();
    assert.equal(await rowOf(page, 'attic').count(), 0);
    const attic = await start('attic');
    const row = rowOf(page, 'attic');
    await row.getByText('awake').waitFor();
    await row.getByText(/^up /).waitFor();
    await until('a lag is known', async () => /\d ms|\d s/.test(await row.textContent()));
    const headings = ['Daemon', 'State', 'Since', 'Frames/s', 'Sources', 'Lag', 'Layers'];
    for (const heading of headings)
      await table.getByRole('columnheader', { name: heading, exact: true }).waitFor();
    assert.equal(await table.getByRole('rowheader').count(), 2);
    // Its sources and layers, for who wants to know, by keys, too.
    const name = page.getByRole('button', { name: 'attic', exact: true });
    await name.focus();
    await page.keyboard.press('Enter');
    assert.equal(await name.getAttribute('aria-expanded'), 'true');
    await page.getByRole('table', { name: 'Its sources' }).getByText('attic camera').waitFor();
    await page.getByRole('table', { name: 'Its layers' }).getByText('Layer 2').waitFor();
    await shoot(page, 'fleet-light');
    await attic.stop();
    await row.getByText('gone').waitFor();
    await row.getByText(/^silent /).waitFor();
    assert.equal(await row.getAttribute('data-gone'), 'true');
    await rowOf(page, 'porch').getByText('awake').waitFor();
    await name.click();
    await page.getByRole('table', { name: 'Its sources' }).waitFor({ state: 'hidden' });
    assert.deepEqual(errors, []);
    await close();
  });

  test('shows what others write as the text that it is, and fits a phone in the dark', async () => {
    const evil = '<img src=x onerror="document.title=`broken`">';
    await broker.say('hypnos.evil.status', {
      version: 1,
      name: 'evil',
      interval_seconds: 3600,
      host: evil,
      phase: evil,
      problems: [evil, 'x'.repeat(900)],
      sources: [{ name: evil, state: 'lost', why: 'y'.repeat(900) }],
      spread: [{ network: evil, layer: 1, host: evil, steps: 9, late_steps: 3 }],
      model: { model: evil, round: 7, replicas: [evil] },
    });
    const { page, errors, close } = await open(porch, { ...PHONE, colorScheme: 'dark' });
    const row = rowOf(page, 'evil');
    await row.getByText(evil).first().waitFor();
    await row.getByText('1 elsewhere (33.3 % late)').waitFor();
    await page.getByRole('button', { name: 'evil', exact: true }).click();
    await page.getByRole('table', { name: 'Its sources' }).getByText(evil).waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.equal(await page.title(), 'Hypnos');
    const { wide, window_ } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      window_: innerWidth,
    }));
    assert.ok(wide <= window_, 'it scrolls sideways');
    await shoot(page, 'fleet-phone-dark');
    assert.deepEqual(errors, []);
    await close();
  });

  test('shows a hundred of more, those first in which something is wrong', async () => {
    for (let number = 0; number < 120; number += 1) {
      const name = `d${String(number).padStart(3, '0')}`;
      await broker.say(`hypnos.${name}.status`, { version: 1, name, interval_seconds: 3600 });
    }
    const last = { version: 1, name: 'zoo', interval_seconds: 3600, problems: ['it is wrong'] };
    await broker.say('hypnos.zoo.status', last);
    const { page, errors, close } = await open(porch);
    await page.getByText(/^and \d+ more, which hypnosctl fleet lists$/).waitFor();
    await rowOf(page, 'zoo').getByText('it is wrong').waitFor();
    assert.equal(await page.locator('.fleet tbody tr').count(), 100);
    assert.deepEqual(errors, []);
    await close();
  });
});

describe('a daemon without a broker', () => {
  let daemon;
  before(async () => {
    const alone = `
sources: [{name: scene, pace: realtime, synthetic: {scene: glyphs, frames: 0}}]
encoding: {width: 64, height: 64, patches: {size: 16}}
network: {layers: [{units: 16}]}
`;
    daemon = await Daemon.start(programs, alone);
  });
  after(() => daemon?.remove());

  test('has no fleet on its page', async () => {
    const { page, errors, close } = await open(daemon);
    await page.locator('.layer').waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Fleet' }).count(), 0);
    assert.deepEqual(errors, []);
    await close();
  });
});
