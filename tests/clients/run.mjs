// Runs the test files named as arguments, or all, and counts in the last line. The environment's TAP
// names a file that gets the results as TAP.
import { createWriteStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const file_deadline_ms = 300_000;

const here = path.dirname(fileURLToPath(import.meta.url));
const named = process.argv.slice(2).map((name) => path.resolve(name));
const all = readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort();
const files = named.length > 0 ? named : all.map((name) => path.join(here, name));

const counted = { pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const events = run({ files, concurrency: 1, timeout: file_deadline_ms });
events.on('test:diagnostic', ({ message }) => {
  const [, what, count] = /^(\w+) (\d+)$/.exec(message) ?? [];
  if (what in counted) counted[what] = Number(count);
});

if (process.env.TAP) events.compose(tap).pipe(createWriteStream(process.env.TAP));

// The runner's own totals come once, at the end; a test its parent gave up counts as a failure.
const report = events.compose(spec);
for await (const text of report) process.stdout.write(text);

const failed = counted.fail + counted.cancelled;
console.log(`${counted.pass} passed, ${failed} failed, ${counted.skipped} skipped`);
process.exitCode = failed === 0 && counted.pass + counted.skipped > 0 ? 0 : 1;
