// The openai package sends recorded requests through the gateway and must get the recorded answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';

import { drain } from './support/demonstration.mjs';
import { start_recorded } from './support/gateway.mjs';
import {
  answer_events, answer_json, assert_recorded, describe_recorded, distinct_requests, is_stream, recordings,
  recordings_directory,
} from './support/recordings.mjs';

const calls = {
  'chat/completions': (client, body) => client.chat.completions.create(body),
  responses: (client, body) => client.responses.create(body),
  // The package asks for base64 by itself and unpacks it; what it sends must be the recorded body.
  embeddings: (client, body) => client.embeddings.create({ ...body, encoding_format: undefined }),
};

// What the package adds to or makes of an answer, done to the recorded one.
const reads = {
  'chat/completions': answer_json,
  responses: (recording) => {
    const answer = answer_json(recording);
    const parts = answer.output.filter(({ type }) => type === 'message').flatMap(({ content }) => content);
    const text = parts.filter(({ type }) => type === 'output_text').map(({ text }) => text);
    return { ...answer, output_text: text.join('') };
  },
  embeddings: (recording) => {
    const answer = answer_json(recording);
    for (const row of answer.data) {
      const bytes = Uint8Array.from(Buffer.from(row.embedding, 'base64'));
      row.embedding = Array.from(new Float32Array(bytes.buffer));
    }
    return answer;
  },
};

async function compare(client, route, recording) {
  const { status } = recording.response;
  const calling = calls[route](client, recording.request.body);
  if (status !== 200) {
    await assert.rejects(calling, (error) => {
      assert.equal(error.status, status);
      assert_recorded(recording, (answer) => answer_json(answer).error, error.error);
      return true;
    });
    return;
  }
  const answer = await calling;
  if (!is_stream(recording)) return assert_recorded(recording, reads[route], answer);
  const { items, error } = await drain(answer);
  assert.ifError(error);
  assert_recorded(recording, answer_events, items);
}

const sources = [
  { root: '/api/v1', base: '/api/v1', vendors: ['openrouter', 'openrouter-sdk'] },
  { root: '/v1', base: '/v1', vendors: ['openai'] },
];

for (const { root, base, vendors } of sources) {
  describe_recorded(`openai, recorded ${vendors.join(' and ')} traffic`, () => {
    let recorded;
    before(async () => (recorded = await start_recorded(recordings_directory, root)));
    after(async () => await recorded?.stop());

    const route_of = ({ request }) => request.path.slice(root.length + 1);
    const wanted = (recording) =>
      recording.request.method === 'POST' && route_of(recording) in calls &&
      (route_of(recording) !== 'embeddings' || recording.request.body.encoding_format === 'base64');

    for (const recording of distinct_requests(recordings(vendors, wanted))) {
      test(`${recording.id} gives the recorded answer`, async () => {
        const client = new OpenAI({ baseURL: recorded.origin + base, apiKey: recorded.key, maxRetries: 0 });
        await compare(client, route_of(recording), recording);
      });
    }
  });
}
