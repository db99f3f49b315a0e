// @openrouter/ai-sdk-provider sends recorded requests and must read the recorded answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { APICallError, embedMany } from 'ai';

import { drain } from './support/demonstration.mjs';
import { start_recorded } from './support/gateway.mjs';
import {
  answer_events, answer_json, assert_recorded, describe_recorded, distinct_requests, is_stream, recordings,
  recordings_directory,
} from './support/recordings.mjs';

const root = '/api/v1';
const chat_path = `${root}/chat/completions`;
const embeddings_path = `${root}/embeddings`;

const joined = (texts) => texts.filter(Boolean).join('');
const text_of = (parts) => joined(parts.filter(({ type }) => type === 'text').map(({ text }) => text));

// What the package reads from an answer or a stream, and the same from the recording.
function read_answer({ content, usage }) {
  const calls = content.filter(({ type }) => type === 'tool-call');
  return { text: text_of(content), calls: calls.map(({ toolName }) => toolName), output: usage.outputTokens.total };
}
function recorded_answer(recording) {
  const { choices, usage } = answer_json(recording);
  const calls = choices[0].message.tool_calls ?? [];
  return {
    text: choices[0].message.content ?? '',
    calls: calls.map((call) => call.function.name),
    output: usage.completion_tokens,
  };
}
function read_stream(parts) {
  const deltas = parts.filter(({ type }) => type === 'text-delta');
  const calls = parts.filter(({ type }) => type === 'tool-call');
  return {
    text: joined(deltas.map(({ delta }) => delta)),
    calls: calls.map(({ toolName }) => toolName),
    output: parts.at(-1).usage.outputTokens.total,
  };
}
function recorded_stream(recording) {
  const events = answer_events(recording);
  const deltas = events.map(({ choices }) => choices[0]?.delta ?? {});
  const calls = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
  return {
    text: joined(deltas.map(({ content }) => content)),
    calls: calls.map((call) => call.function.name).filter(Boolean),
    output: events.findLast(({ usage }) => usage).usage.completion_tokens,
  };
}

async function compare(connect, recording) {
  const { body } = recording.request;
  // Only in strict mode does the package send stream_options.
  const provider = connect(body.stream_options ? 'strict' : 'compatible');
  // What is not an argument of the package's own goes out as it is through extraBody.
  const model = provider.chat(body.model, { extraBody: body });
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'replaced by extraBody' }] }];
  if (recording.response.status !== 200) {
    return await assert.rejects(body.stream ? model.doStream({ prompt }) : model.doGenerate({ prompt }), (error) => {
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, recording.response.status);
      return true;
    });
  }
  if (!is_stream(recording)) {
    return assert_recorded(recording, recorded_answer, read_answer(await model.doGenerate({ prompt })));
  }
  const { items, error } = await drain((await model.doStream({ prompt })).stream);
  assert.ifError(error);
  assert.deepEqual(items.filter(({ type }) => type === 'error'), []);
  assert_recorded(recording, recorded_stream, read_stream(items));
}

describe_recorded('@openrouter/ai-sdk-provider, recorded OpenRouter traffic', () => {
  let recorded;
  before(async () => (recorded = await start_recorded(recordings_directory, root)));
  after(async () => await recorded?.stop());
  const connect = (compatibility) =>
    createOpenRouter({ baseURL: recorded.origin + root, apiKey: recorded.key, compatibility });

  const vendors = ['openrouter', 'openrouter-sdk'];
  const chats = recordings(vendors, ({ request }) => request.path === chat_path);
  for (const recording of distinct_requests(chats)) {
    test(`${recording.id} gives the recorded answer`, async () => await compare(connect, recording));
  }

  const embeddings = recordings(vendors, ({ request }) => request.path === embeddings_path);
  for (const recording of distinct_requests(embeddings)) {
    test(`${recording.id} gives the recorded vectors`, async () => {
      const { model, input, ...extraBody } = recording.request.body;
      const answer = await embedMany({
        model: connect().textEmbeddingModel(model, { extraBody }), values: input, maxRetries: 0,
      });
      const vectors = (recording) => answer_json(recording).data.map(({ embedding }) => embedding);
      assert_recorded(recording, vectors, answer.embeddings);
    });
  }
});
