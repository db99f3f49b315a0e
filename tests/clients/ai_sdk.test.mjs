// The ai package with @openrouter/ai-sdk-provider against the gateway with the demonstration provider.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { APICallError, embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

import { breaks, drain, metered_model, model, prompt, weather, weather_result } from './support/demonstration.mjs';
import { start_gateway } from './support/gateway.mjs';

describe('@openrouter/ai-sdk-provider', () => {
  let gateway;
  before(async () => (gateway = await start_gateway()));
  after(async () => await gateway?.stop());

  const connect = (options = {}) =>
    createOpenRouter({ baseURL: `${gateway.origin}/api/v1`, apiKey: gateway.key, ...options });
  const plain = (asked, options) =>
    generateText({ model: connect().chat(model), prompt: asked, maxRetries: 0, ...options });
  // The package reports a stream's errors on the console unless told what to do with them.
  const streamed = (asked, options) =>
    streamText({ model: connect().chat(model), prompt: asked, maxRetries: 0, onError: () => {}, ...options });
  const weather_tool = (asked) => ({
    weather: tool({
      inputSchema: jsonSchema({ type: 'object' }),
      execute: async (input) => (asked.push(input), weather_result),
    }),
  });

  test('text, with usage and cost', async () => {
    const answer = await plain(prompt);
    assert.match(answer.text, /promises in October/);
    assert.equal(answer.finishReason, 'stop');
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
    assert.equal(answer.providerMetadata.openrouter.usage.cost, 0);
  });

  test('a priced model has a cost', async () => {
    const answer = await plain(prompt, { model: connect().chat(metered_model) });
    assert.ok(answer.providerMetadata.openrouter.usage.cost > 0);
  });

  test('a conversation with a system prompt', async () => {
    const answer = await plain(undefined, {
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Good day' },
        { role: 'user', content: [{ type: 'text', text: prompt }] },
      ],
    });
    assert.match(answer.text, /promises in October/);
  });

  test('streamed text is the same, with the usage', async () => {
    const whole = await plain(prompt);
    const stream = streamed(prompt);
    const { items, error } = await drain(stream.fullStream);
    assert.ifError(error);
    assert.deepEqual(items.filter(({ type }) => type === 'error'), []);
    assert.equal(await stream.text, whole.text);
    assert.equal(await stream.finishReason, 'stop');
    assert.equal((await stream.usage).totalTokens, whole.usage.totalTokens);
  });

  test('the length limit', async () => {
    assert.equal((await plain('[[length]] Go on')).finishReason, 'length');
  });

  for (const [how, run] of [['plain', plain], ['streamed', streamed]]) {
    test(`a tool is called, run and its result read, ${how}`, async () => {
      const asked = [];
      const answer = await run('[[tool:weather]] How is Bern?', {
        tools: weather_tool(asked), stopWhen: stepCountIs(4),
      });
      assert.match(await answer.text, /Rain over Bern/);
      assert.equal(asked.length, 1);
      assert.equal((await answer.steps).length, 2);
    });
  }

  // streamText drops the text of this version's legacy streams, so the model's own stream is read.
  test('a legacy completion, plain and streamed', async () => {
    const completion = connect().completion(model);
    const whole = await plain(prompt, { model: completion });
    assert.match(whole.text, /promises in October/);
    const asked = [{ role: 'user', content: [{ type: 'text', text: prompt }] }];
    const { items } = await drain((await completion.doStream({ prompt: asked })).stream);
    const text = items.filter(({ type }) => type === 'text-delta').map(({ delta }) => delta).join('');
    assert.equal(text, whole.text);
    assert.equal(items.at(-1).finishReason.unified, 'stop');
  });

  test('embeddings give one vector per text', async () => {
    const answer = await embedMany({
      model: connect().textEmbeddingModel(model), values: ['a brown fox', 'a lazy dog'], maxRetries: 0,
    });
    assert.equal(answer.embeddings.length, 2);
    assert.ok(answer.embeddings.every((vector) => vector.length > 0 && vector.every(Number.isFinite)));
    assert.ok(answer.usage.tokens > 0);
  });

  const refusals = [
    ['a wrong key', 401, (run) => run(prompt, { model: connect({ apiKey: 'sk-tw-wrong' }).chat(model) })],
    ['an unknown route', 404, (run) =>
      run(prompt, { model: connect({ baseURL: `${gateway.origin}/api/v1/no` }).chat(model) })],
    ['messages of the wrong type', 400, (run) =>
      run(prompt, { model: connect({ extraBody: { messages: 'none' } }).chat(model) })],
    ['a rate limit', 429, (run) => run('[[error:429]]')],
    ['an overloaded provider', 503, (run) => run('[[error:503]]')],
  ];
  for (const [what, status, call] of refusals) {
    const expect = (error) => {
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, status);
      assert.equal(error.data.error.code, status);
      return true;
    };
    test(`${what} is ${status}`, async () => await assert.rejects(call(plain), expect));

    test(`${what} is ${status} before a stream`, async () => {
      const { items } = await drain(call(streamed).fullStream);
      assert.ok(expect(items.find(({ type }) => type === 'error').error));
    });
  }

  for (const [trigger] of breaks) {
    test(`${trigger} is an error after the first text`, async () => {
      const { items } = await drain(streamed(`${trigger} ${prompt}`).fullStream);
      const types = items.map(({ type }) => type);
      assert.ok(types.includes('text-delta'));
      assert.ok(types.indexOf('error') > types.indexOf('text-delta'), 'the stream ended cleanly');
      assert.equal(items.findLast(({ type }) => type === 'finish').finishReason, 'error');
    });
  }

  test('a client that aborts a stream cancels the request', async () => {
    const aborter = new AbortController();
    const stream = streamed(`[[slow:2]] ${prompt}`, { abortSignal: aborter.signal });
    let generation;
    for await (const { type, id } of stream.fullStream) {
      if (type !== 'text-delta') continue;
      generation = id;  // the package takes the answer's id for the text's
      aborter.abort();
    }
    const record = await gateway.access_record(({ upstream_id }) => upstream_id === generation);
    assert.equal(record.outcome, 'cancelled');
    assert.equal(record.status, 200);
  });

  test('a client that aborts while waiting cancels the request', async () => {
    const abortSignal = AbortSignal.timeout(500);
    await assert.rejects(plain(`[[slow:2]] ${prompt}`, { abortSignal }));
    const record = await gateway.access_record(({ outcome, stream }) => outcome === 'cancelled' && !stream);
    assert.equal(record.status, 0);
  });
});
