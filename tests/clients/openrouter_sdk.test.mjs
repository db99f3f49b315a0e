// @openrouter/sdk, which validates every answer, against the gateway with the demonstration provider.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { OpenRouter } from '@openrouter/sdk';
import { stepCountIs } from '@openrouter/sdk/lib/stop-conditions';
import { tool } from '@openrouter/sdk/lib/tool';
import * as errors from '@openrouter/sdk/models/errors';
import { z } from 'zod';

import { breaks, drain, metered_model, model, prompt, weather, weather_result } from './support/demonstration.mjs';
import { start_gateway } from './support/gateway.mjs';

const user = (content) => [{ role: 'user', content }];
const tools = [{ type: 'function', function: weather }];
const chat_text = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

describe('@openrouter/sdk', () => {
  let gateway;
  before(async () => (gateway = await start_gateway()));
  after(async () => await gateway?.stop());

  // The package would otherwise repeat a 5xx for an hour.
  const connect = (options = {}) =>
    new OpenRouter({
      serverURL: `${gateway.origin}/api/v1`, apiKey: gateway.key, retryConfig: { strategy: 'none' }, ...options,
    });
  const chat = (body, options) => connect().chat.send({ chatRequest: { model, ...body } }, options);
  const respond = (body, options) => connect().responses.send({ responsesRequest: { model, ...body } }, options);

  test('lists and counts the models', async () => {
    const { items } = await drain(await connect().models.list());
    const rows = items.flatMap((page) => page.result.data);
    const ids = rows.map(({ id }) => id);
    assert.ok(ids.includes(model) && ids.includes(metered_model), ids.join());
    assert.equal(rows.find(({ id }) => id === model).pricing.prompt, '0');
    assert.ok(Number(rows.find(({ id }) => id === metered_model).pricing.prompt) > 0);
    assert.equal((await connect().models.count()).data.count, rows.length);
  });

  test('finds models, their endpoints and the providers', async () => {
    const { items } = await drain(await connect().models.list({ q: 'metered', sort: 'newest', limit: 1 }));
    assert.deepEqual(items.flatMap((page) => page.result.data).map(({ id }) => id), [metered_model]);
    const [author, slug] = metered_model.split('/');
    const { data } = await connect().endpoints.list({ author, slug });
    assert.equal(data.id, metered_model);
    assert.ok(Number(data.endpoints[0].pricing.prompt) > 0);
    assert.equal((await connect().providers.list()).data.length, 1);
    const page = await connect().embeddings.listModels();
    assert.ok((page.data ?? page.result.data).some(({ id }) => id === model));
  });

  test('reads its key', async () => {
    const { data } = await connect().apiKeys.getCurrentKeyMetadata();
    assert.equal(typeof data.label, 'string');
    assert.ok(!data.label.includes(gateway.key), 'the key itself is shown');
  });

  test('chat answers, with usage', async () => {
    const answer = await chat({ messages: user(prompt) });
    assert.match(answer.choices[0].message.content, /promises in October/);
    assert.equal(answer.choices[0].finishReason, 'stop');
    assert.ok(answer.usage.promptTokens > 0 && answer.usage.completionTokens > 0);
    assert.equal(answer.usage.cost, 0);
  });

  test('a priced model has a cost', async () => {
    const answer = await chat({ model: metered_model, messages: user(prompt) });
    assert.ok(answer.usage.cost > 0, String(answer.usage.cost));
  });

  // The ledger has a request within a second of its end.
  const generation = async (id) => {
    for (const deadline = Date.now() + 10_000; ; ) {
      try {
        return (await connect().generations.getGeneration({ id })).data;
      } catch (error) {
        if (!(error instanceof errors.NotFoundResponseError) || Date.now() > deadline) throw error;
      }
    }
  };
  const cost_known = async (id) => {
    const headers = { authorization: `Bearer ${gateway.key}` };
    const answer = await fetch(`${gateway.origin}/api/v1/generation?id=${id}`, { headers });
    return (await answer.json()).data.cost_known;
  };

  test('a generation tells of its answer', async () => {
    for (const stream of [false, true]) {
      const answered = await chat({ model: metered_model, messages: user(prompt), stream });
      const answer = stream ? (await drain(answered)).items.at(-1) : answered;
      const found = await generation(answer.id);
      assert.equal(found.id, answer.id);
      assert.equal(found.streamed, stream);
      assert.ok(found.totalCost > 0);
      assert.equal(found.totalCost, answer.usage.cost);
      assert.equal(found.nativeTokensPrompt, answer.usage.promptTokens);
      assert.equal(found.providerResponses.length, 1);
      assert.equal(found.providerResponses[0].status, 200);
      assert.ok(found.providerResponses[0].latency >= 0);
      assert.equal(await cost_known(answer.id), true);
    }
  });

  test('a generation tells of failed attempts, which cost nothing', async () => {
    await assert.rejects(chat({ model: metered_model, messages: user('[[error:503]] generation') }));
    const { id } = await gateway.access_record(({ status, model }) => status === 503 && model === metered_model);
    const found = await generation(id);
    assert.equal(found.totalCost, 0);
    assert.ok(found.providerResponses.length > 0);
    assert.ok(found.providerResponses.every(({ status }) => status === 503));
    assert.equal(await cost_known(id), true);
  });

  test('a generation whose cost nobody knows satisfies the schema and says so', async () => {
    const body = { model: metered_model, messages: user(`[[slow:2]] ${prompt}`) };
    await assert.rejects(chat(body, { timeoutMs: 500 }), /timed out/);
    const left = ({ outcome, stream, model }) => outcome === 'cancelled' && !stream && model === metered_model;
    const { id } = await gateway.access_record(left);
    const found = await generation(id);
    assert.equal(found.totalCost, 0);
    assert.equal(found.cancelled, true);
    assert.equal(found.providerResponses.length, 1);
    assert.equal(found.providerResponses[0].id, undefined);
    assert.equal(await cost_known(id), false);
  });

  test('credits and activity are what was used', async () => {
    const answer = await chat({ model: metered_model, messages: user(prompt) });
    await generation(answer.id);
    const { data } = await connect().credits.getCredits();
    assert.ok(data.totalUsage >= answer.usage.cost);
    assert.equal(data.totalCredits, data.totalUsage);

    const activity = async (query) => (await connect().analytics.getUserActivity(query)).data;
    const hash = (key) => createHash('sha256').update(key).digest('hex');
    const date = new Date().toISOString().slice(0, 10);
    const rows = (await activity({ date })).filter((row) => row.model === metered_model);
    assert.ok(rows.some((row) => row.usage > 0 && row.requests > 0), JSON.stringify(rows));
    assert.ok(rows.every((row) => row.date === date));
    assert.ok(Array.isArray(await activity({})));
    assert.ok((await activity({ date, apiKeyHash: hash(gateway.key) })).length > 0);
    assert.deepEqual(await activity({ date, apiKeyHash: hash('another key') }), []);
    const refused = [
      { date: '2020-01-01' }, { date: '2999-01-01' }, { date: 'today' }, { apiKeyHash: 'abc' },
      { apiKeyHash: 'x'.repeat(64) },
    ];
    for (const query of refused) {
      await assert.rejects(activity(query), errors.BadRequestResponseError, JSON.stringify(query));
    }
  });

  test('chat streams the same text, then the usage', async () => {
    const whole = await chat({ messages: user(prompt) });
    const { items, error } = await drain(await chat({ messages: user(prompt), stream: true }));
    assert.ifError(error);
    assert.equal(chat_text(items), whole.choices[0].message.content);
    assert.ok(items.every((chunk) => chunk.error === undefined));
    assert.equal(items.at(-1).usage.totalTokens, whole.usage.totalTokens);
  });

  test('chat stops at the length limit', async () => {
    const answer = await chat({ messages: user('[[length]] Go on') });
    assert.equal(answer.choices[0].finishReason, 'length');
  });

  test('chat calls a tool and reads its result', async () => {
    const messages = user('[[tool:weather]] How is Bern?');
    const { choices } = await chat({ messages, tools });
    assert.equal(choices[0].finishReason, 'tool_calls');
    const [call] = choices[0].message.toolCalls;
    assert.equal(call.function.name, 'weather');
    messages.push(choices[0].message, { role: 'tool', toolCallId: call.id, content: weather_result });
    const answer = await chat({ messages, tools });
    assert.match(answer.choices[0].message.content, /Rain over Bern/);
  });

  test('chat streams a tool call', async () => {
    const messages = user('[[tool:weather]] How is Bern?');
    const { items, error } = await drain(await chat({ messages, tools, stream: true }));
    assert.ifError(error);
    const pieces = items.flatMap((chunk) => chunk.choices[0]?.delta?.toolCalls ?? []);
    assert.equal(pieces[0].function.name, 'weather');
    assert.ok(pieces[0].id);
    const input = pieces.map((piece) => piece.function?.arguments ?? '').join('');
    assert.equal(typeof JSON.parse(input), 'object');
  });

  test('responses answer, with usage', async () => {
    const answer = await respond({ input: prompt });
    assert.equal(answer.status, 'completed');
    assert.match(answer.output[0].content[0].text, /promises in October/);
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
  });

  test('responses stream events that all satisfy the schema', async () => {
    const { items, error } = await drain(await respond({ input: prompt, stream: true }));
    assert.ifError(error);
    assert.deepEqual(items.filter(({ isUnknown }) => isUnknown), []);
    assert.deepEqual(items.map((event) => event.sequenceNumber), items.map((_, index) => index));
    const deltas = items.filter(({ type }) => type === 'response.output_text.delta');
    assert.match(deltas.map(({ delta }) => delta).join(''), /promises in October/);
    assert.equal(items.at(-1).type, 'response.completed');
  });

  test('responses stream a tool call that satisfies the schema', async () => {
    const flat = [{ type: 'function', ...weather }];
    const { items, error } = await drain(
      await respond({ input: '[[tool:weather]] How is Bern?', tools: flat, stream: true }),
    );
    assert.ifError(error);
    assert.deepEqual(items.filter(({ isUnknown }) => isUnknown), []);
    const done = items.find(({ type }) => type === 'response.function_call_arguments.done');
    assert.equal(done.name, 'weather');
    assert.equal(typeof JSON.parse(done.arguments), 'object');
  });

  test('callModel runs a tool and ends with text', async () => {
    const asked = [];
    const result = connect().callModel({
      model,
      input: '[[tool:weather]] How is Bern?',
      tools: [tool({
        name: 'weather',
        inputSchema: z.looseObject({}),
        execute: async (input) => (asked.push(input), weather_result),
      })],
      stopWhen: stepCountIs(4),
    });
    assert.match(await result.getText(), /Rain over Bern/);
    assert.equal(asked.length, 1);
  });

  test('embeddings give one vector per text', async () => {
    const input = ['a brown fox', 'a lazy dog'];
    const answer = await connect().embeddings.generate({ requestBody: { model, input } });
    assert.equal(answer.data.length, 2);
    assert.ok(answer.data.every(({ embedding }) => embedding.every(Number.isFinite)));
    assert.ok(answer.usage.promptTokens > 0);
  });

  const refusals = [
    ['a wrong key', 401, errors.UnauthorizedResponseError, () =>
      connect({ apiKey: 'sk-tw-wrong' }).chat.send({ chatRequest: { model, messages: user(prompt) } })],
    ['no messages', 400, errors.BadRequestResponseError, () => chat({ messages: [] })],
    ['an unknown route', 404, errors.NotFoundResponseError, () =>
      connect().generations.getGeneration({ id: 'gen-none' })],
    ['a rate limit', 429, errors.TooManyRequestsResponseError, () => chat({ messages: user('[[error:429]]') })],
    ['a rate limit before a stream', 429, errors.TooManyRequestsResponseError, () =>
      chat({ messages: user('[[error:429]]'), stream: true })],
    ['a rate limit on responses', 429, errors.TooManyRequestsResponseError, () => respond({ input: '[[error:429]]' })],
    ['an overloaded provider', 503, errors.ServiceUnavailableResponseError, () =>
      chat({ messages: user('[[error:503]]') })],
  ];
  for (const [what, status, type, call] of refusals) {
    test(`${what} is ${status}`, async () => {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof type, String(error));
        assert.equal(error.error.code, status);
        return true;
      });
    });
  }

  for (const [trigger] of breaks) {
    test(`chat: ${trigger} is an error chunk after the first text`, async () => {
      const messages = user(`${trigger} ${prompt}`);
      const { items, error } = await drain(await chat({ messages, stream: true }));
      assert.ifError(error);
      assert.notEqual(chat_text(items), '');
      assert.ok(items.at(-1).error.code >= 400, 'the stream ended cleanly');
      assert.equal(items.at(-1).choices[0].finishReason, 'error');
    });

    test(`responses: ${trigger} is an error event after the first text`, async () => {
      const { items, error } = await drain(await respond({ input: `${trigger} ${prompt}`, stream: true }));
      assert.ifError(error);
      assert.deepEqual(items.filter(({ isUnknown }) => isUnknown), []);
      assert.ok(items.some(({ type }) => type === 'response.output_text.delta'));
      assert.ok(['error', 'response.failed'].includes(items.at(-1).type), items.at(-1).type);
    });
  }

  test('a client that aborts a stream cancels the request', async () => {
    const aborter = new AbortController();
    const body = { messages: user(`[[slow:2]] ${prompt}`), stream: true };
    const stream = await chat(body, { fetchOptions: { signal: aborter.signal } });
    const reader = stream.getReader();
    const { value } = await reader.read();
    aborter.abort();
    await assert.rejects(async () => {
      while (!(await reader.read()).done);
    }, { name: 'AbortError' });
    const record = await gateway.access_record(({ upstream_id }) => upstream_id === value.id);
    assert.equal(record.outcome, 'cancelled');
    assert.equal(record.status, 200);
  });

  test('a client that times out while waiting cancels the request', async () => {
    await assert.rejects(chat({ messages: user(`[[slow:2]] ${prompt}`) }, { timeoutMs: 500 }), /timed out/);
    const record = await gateway.access_record(({ outcome, stream }) => outcome === 'cancelled' && !stream);
    assert.equal(record.status, 0);
  });
});
