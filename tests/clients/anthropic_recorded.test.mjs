// @anthropic-ai/sdk sends recorded requests through the gateway and must get the recorded answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { drain } from './support/demonstration.mjs';
import { start_recorded } from './support/gateway.mjs';
import {
  answer_events, answer_json, assert_recorded, describe_recorded, distinct_requests, is_stream, recordings,
  recordings_directory,
} from './support/recordings.mjs';

const long_answer_ms = 60_000;

// The package warns on the console that recorded models are to be retired.
console.warn = () => {};

// The package keeps pings to itself.
const events_without_pings = (recording) => answer_events(recording).filter(({ type }) => type !== 'ping');

async function compare(client, recording) {
  const { request, response } = recording;
  // The beta call sends the body as it is; its query is that of earlier versions of the package, which
  // were recorded. A time limit allows long answers without a stream.
  const options = { query: { beta: true }, timeout: long_answer_ms };
  const creating = client.beta.messages.create(request.body, options);
  if (response.status !== 200) {
    return await assert.rejects(creating, (error) => {
      assert.equal(error.status, response.status);
      assert_recorded(recording, answer_json, error.error);
      return true;
    });
  }
  if (!is_stream(recording)) return assert_recorded(recording, answer_json, await creating);
  const { items, error } = await drain(await creating);
  assert.ifError(error);
  assert_recorded(recording, events_without_pings, items);
}

describe_recorded('@anthropic-ai/sdk, recorded Anthropic traffic', () => {
  let recorded;
  before(async () => (recorded = await start_recorded(recordings_directory, '/v1')));
  after(async () => await recorded?.stop());

  const wanted = ({ request }) => request.path === '/v1/messages?beta=true';
  for (const recording of distinct_requests(recordings(['anthropic'], wanted))) {
    test(`${recording.id} gives the recorded answer`, async () => {
      const client = new Anthropic({
        baseURL: `${recorded.origin}/api`, apiKey: recorded.key, maxRetries: 0,
      });
      await compare(client, recording);
    });
  }
});
