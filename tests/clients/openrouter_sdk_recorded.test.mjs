// @openrouter/sdk sends those recorded requests that it can express and must read the recorded answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { OpenRouter } from '@openrouter/sdk';
import * as models from '@openrouter/sdk/models';
import { ResponseValidationError } from '@openrouter/sdk/models/errors';
import * as operations from '@openrouter/sdk/models/operations';

import { drain } from './support/demonstration.mjs';
import { start_recorded } from './support/gateway.mjs';
import {
  answer_events, answer_json, assert_recorded, describe_recorded, distinct_requests, is_stream, recordings,
  recordings_directory,
} from './support/recordings.mjs';

const root = '/api/v1';

const routes = {
  'chat/completions': {
    encode: models.chatRequestToJSON,
    decode: models.chatResultFromJSON,
    decode_event: models.chatStreamChunkFromJSON,
    send: (client, body) => client.chat.send({ chatRequest: body }),
  },
  responses: {
    encode: models.responsesRequestToJSON,
    decode: models.openResponsesResultFromJSON,
    decode_event: models.streamEventsFromJSON,
    send: (client, body) => client.responses.send({ responsesRequest: body }),
  },
  embeddings: {
    encode: operations.createEmbeddingsRequestBodyToJSON,
    decode: operations.createEmbeddingsResponseBodyFromJSON,
    send: (client, body) => client.embeddings.generate({ requestBody: body }),
  },
};
const route_of = ({ request }) => request.path.slice(root.length + 1);

// The package spells its arguments in camel case, except inside what the caller names himself.
const verbatim = new Set(['parameters', 'schema', 'metadata', 'logit_bias']);
function arguments_of(body) {
  if (Array.isArray(body)) return body.map(arguments_of);
  if (body === null || typeof body !== 'object') return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      verbatim.has(key) ? value : arguments_of(value),
    ]),
  );
}

function can_be_expressed(recording) {
  const route = routes[route_of(recording)];
  if (!route) return false;
  try {
    const sent = JSON.parse(route.encode(arguments_of(recording.request.body)));
    return isDeepStrictEqual(sent, recording.request.body);
  } catch {
    return false;
  }
}

async function compare(client, recording) {
  const route = routes[route_of(recording)];
  const sending = route.send(client, arguments_of(recording.request.body));
  if (recording.response.status !== 200) {
    return await assert.rejects(sending, (error) => {
      assert.equal(error.statusCode, recording.response.status);
      assert_recorded(recording, (answer) => answer_json(answer).error.message, error.error.message);
      return true;
    });
  }
  if (is_stream(recording)) {
    const { items, error } = await drain(await sending);
    assert.ifError(error);
    const decode = (event) => route.decode_event(JSON.stringify(event)).value;
    return assert_recorded(recording, (answer) => answer_events(answer).map(decode), items);
  }
  const decoded = route.decode(JSON.stringify(answer_json(recording)));
  if (decoded.ok) return assert_recorded(recording, () => decoded.value, await sending);
  // The answer is older than the package, which refuses it, but shows what it was given.
  await assert.rejects(sending, (error) => {
    assert.ok(error instanceof ResponseValidationError, String(error));
    assert_recorded(recording, answer_json, error.rawValue);
    return true;
  });
}

describe_recorded('@openrouter/sdk, recorded OpenRouter traffic', () => {
  let recorded;
  before(async () => (recorded = await start_recorded(recordings_directory, root)));
  after(async () => await recorded?.stop());

  for (const recording of distinct_requests(recordings(['openrouter', 'openrouter-sdk'], can_be_expressed))) {
    test(`${recording.id} gives the recorded answer`, async () => {
      const client = new OpenRouter({
        serverURL: recorded.origin + root, apiKey: recorded.key, retryConfig: { strategy: 'none' },
      });
      await compare(client, recording);
    });
  }
});
