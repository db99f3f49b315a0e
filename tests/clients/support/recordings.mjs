// Recorded traffic, read for what was asked and what must come out at the client.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { repository } from './process.mjs';

export const recordings_directory = path.join(repository, '../shared/recordings');

const present = existsSync(recordings_directory);

// A suite that needs the recordings; where they are absent, one test that says by name what is skipped.
export function describe_recorded(name, suite) {
  if (present) describe(name, suite);
  else test(name, { skip: '../shared/recordings is absent' }, () => {});
}

// All recordings of `vendors` that `wanted` accepts, in the order of their names.
export function recordings(vendors, wanted) {
  return vendors.flatMap((vendor) => {
    const folder = path.join(recordings_directory, vendor);
    const names = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
    return names
      .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
      .filter(wanted);
  });
}

// One of `all` for each distinct request, with every answer that was recorded to it: the same request
// was often recorded twice, and a replay gives one of those answers.
export function distinct_requests(all) {
  const groups = [];
  for (const recording of all) {
    const known = groups.find(([first]) => isDeepStrictEqual(first.request, recording.request));
    if (known) known.push(recording);
    else groups.push([recording]);
  }
  return groups.map((group) => ({ ...group[0], answers: group }));
}

// Passes when `actual` deep-equals what `read` makes of one of the recorded answers.
export function assert_recorded(recording, read, actual) {
  const expected = recording.answers.map(read);
  if (!expected.some((answer) => isDeepStrictEqual(actual, answer))) assert.deepEqual(actual, expected[0]);
}

export function answer_text({ response }) {
  return response.body ?? response.chunks.map((chunk) => chunk.data).join('');
}

// The JSON of each `data:` line of a recorded stream, without the terminator.
export function answer_events(recording) {
  return answer_text(recording)
    .split(/\r?\n\r?\n/)
    .map((event) => /^data: ?(.*)$/m.exec(event)?.[1])
    .filter((data) => data && data !== '[DONE]')
    .map((data) => JSON.parse(data));
}

export function answer_json(recording) {
  return JSON.parse(answer_text(recording));
}

export function is_stream({ response }) {
  return (response.headers['content-type'] ?? '').startsWith('text/event-stream');
}
