// Starts the program under test, waits until it listens, and ends it on every way out.
import { spawn } from 'node:child_process';
import { existsSync, rmSync, watch } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

export const binary = path.resolve(
  process.env.TOLLWAY_BINARY ?? path.join(repository, 'build/dev/apps/tollway/tollway'),
);

const start_deadline_ms = 20_000;
const stop_deadline_ms = 10_000;

// The directory of each program that runs.
const running = new Map();
process.on('exit', () => {
  for (const [child, directory] of running) {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

// Debian's setpriv has the kernel end the program with this process, even where that is killed.
const guard = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'];
const command = existsSync(guard[0]) ? [...guard, binary] : [binary];

// Resolves with what `probe` returns as soon as that is not undefined; asks again whenever something
// changes in `directory`. Rejects when `deadline_ms` have passed.
export async function wait_in_directory(directory, probe, what, deadline_ms) {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error(`no ${what} within ${deadline_ms} ms`)), deadline_ms);
    const watcher = watch(directory, () => ask());
    const settle = (error, value) => {
      clearTimeout(timer);
      watcher.close();
      if (error) reject(error);
      else resolve(value);
    };
    const ask = () =>
      probe().then(
        (value) => value !== undefined && settle(undefined, value),
        (error) => settle(error),
      );
    ask();
  });
}

function exit_of(child) {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      rmSync(running.get(child), { recursive: true, force: true });
      running.delete(child);
      resolve({ code, signal });
    });
  });
}

// Resolves with the first match of `pattern` in what the child has printed to stdout.
function match_output(child, pattern) {
  return new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (piece) => {
      text += piece;
      const match = pattern.exec(text);
      if (match) resolve(match);
    });
  });
}

async function port_in(directory) {
  return await wait_in_directory(
    directory,
    async () => {
      const text = await readFile(path.join(directory, 'port'), 'utf8').catch(() => '');
      return text.endsWith('\n') ? Number(text) : undefined;
    },
    'port file',
    start_deadline_ms,
  );
}

// Starts `tollway <args> --port-file F` in a directory of its own. With `printed`, a pattern, start-up
// also waits for that on stdout. The result: { port, printed, directory, stop }.
export async function start(args, { environment = {}, printed } = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'tollway-clients-'));
  const [program, ...words] = [...command, ...args(directory), '--port-file', path.join(directory, 'port')];
  const child = spawn(program, words, {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(child, directory);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (piece) => (complaint = (complaint + piece).slice(-4000)));
  const exited = exit_of(child);
  const failed = new Promise((_, reject) => {
    child.once('error', (error) => reject(new Error(`cannot start ${binary}: ${error.message}`)));
    exited.then(({ code, signal }) => reject(new Error(`${binary} ended (${code ?? signal}): ${complaint}`)));
  });
  failed.catch(() => {});
  const match = printed ? match_output(child, printed) : child.stdout.resume();
  const ready = Promise.all([port_in(directory), match]);
  const [port, matched] = await Promise.race([ready, failed]);

  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stop_deadline_ms);
    const how = await exited;
    clearTimeout(timer);
    if (how.code !== 0) throw new Error(`tollway ended with ${how.code ?? how.signal}: ${complaint}`);
  };
  return { port, printed: matched, directory, stop };
}
