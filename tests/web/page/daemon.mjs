// A hypnosd of a test's own: on a free port, with tokens, in a folder that goes with it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 60_000;

export const sleepMs = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const LOOK_MS = 100;

// Counts its own looks and not the clock: a machine that stood still meanwhile is no failure.
export async function until(what, condition, limitMs = 30_000) {
  for (let looks = 0; !(await condition()); looks += 1) {
    if (looks * LOOK_MS > limitMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleepMs(LOOK_MS);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Debian keeps it where the PATH of ordinary users does not lead.
export function natsServer() {
  const folders = `${process.env.PATH}:/usr/sbin`.split(':');
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path));
}

// What daemons of a test publish to, on a free port of loopback.
export class Broker {
  static async start() {
    const broker = new Broker();
    broker.folder = mkdtempSync(join(tmpdir(), 'hypnos-broker-'));
    broker.port = await freePort();
    broker.process = spawn(natsServer(), ['-a', '127.0.0.1', '-p', String(broker.port)], {
      stdio: 'ignore',
    });
    await until('nats-server answers', () => answers(broker.port), START_MS);
    return broker;
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`;
  }

  // As if it were a daemon: `json` to the subject, by a connection of its own.
  async say(subject, json) {
    const socket = connect(this.port, '127.0.0.1');
    const bytes = Buffer.from(JSON.stringify(json));
    socket.write('CONNECT {"verbose":false}\r\n');
    socket.write(`PUB ${subject} ${bytes.length}\r\n`);
    socket.write(bytes);
    socket.write('\r\nPING\r\n');
    for await (const said of socket) if (String(said).includes('PONG')) break;
    socket.destroy();
  }

  async stop() {
    await ended(this.process, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function ended(process_, signal) {
  if (process_.exitCode !== null || process_.signalCode !== null) return;
  const exit = new Promise((resolve) => process_.once('exit', resolve));
  process_.kill(signal);
  const tooLong = setTimeout(() => process_.kill('SIGKILL'), 20_000);
  await exit;
  clearTimeout(tooLong);
}

export class Daemon {
  // `programs`: the folder of hypnosd and hypnosctl; `config`: YAML without control and web.
  static async start(programs, config) {
    const daemon = new Daemon(programs, await freePort());
    daemon.writeConfig(config);
    await daemon.run();
    return daemon;
  }

  constructor(programs, port) {
    this.programs = programs;
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'hypnos-page-'));
    this.url = `http://127.0.0.1:${port}/`;
    this.tokens = Object.fromEntries(
      ['view', 'control'].map((access) => [access, this.newToken(access)]),
    );
  }

  newToken(access) {
    const output = join(this.folder, `${access}.token`);
    execFileSync(join(this.programs, 'hypnosctl'), [
      'token',
      'new',
      access,
      access,
      '--output',
      output,
      '--tokens',
      join(this.folder, 'tokens'),
    ]);
    return readFileSync(output, 'utf8').trim();
  }

  writeConfig(config) {
    const own = [
      'control:',
      `  socket: ${join(this.folder, 'control.sock')}`,
      `  tokens: ${join(this.folder, 'tokens')}`,
      'web:',
      `  port: ${this.port}`,
      'checkpoint:',
      `  folder: ${join(this.folder, 'checkpoints')}`,
    ];
    writeFileSync(join(this.folder, 'hypnos.yaml'), `${config}\n${own.join('\n')}\n`);
  }

  async run() {
    const process_ = spawn(
      join(this.programs, 'hypnosd'),
      ['--config', join(this.folder, 'hypnos.yaml'), '--threads', '1'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process = process_;
    this.log = '';
    for (const stream of [process_.stdout, process_.stderr])
      stream.on('data', (bytes) => (this.log += bytes));
    const isServed = () =>
      fetch(`${this.url}livez`).then(
        () => true,
        () => false,
      );
    await until(
      'hypnosd answers',
      async () => {
        if (process_.exitCode !== null) throw new Error(`hypnosd has ended:\n${this.log}`);
        return isServed();
      },
      START_MS,
    );
  }

  async stop() {
    await ended(this.process, 'SIGTERM');
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
