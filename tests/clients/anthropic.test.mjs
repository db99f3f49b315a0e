// @anthropic-ai/sdk against the gateway with the demonstration provider.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { breaks, drain, model, prompt, weather, weather_result } from './support/demonstration.mjs';
import { start_gateway } from './support/gateway.mjs';

const max_tokens = 1024;
const user = (content) => [{ role: 'user', content }];
const tools = [{ name: weather.name, description: weather.description, input_schema: weather.parameters }];
const text_of = ({ content }) => content.filter(({ type }) => type === 'text').map(({ text }) => text).join('');
const streamed_text = (events) => events.map(({ delta }) => delta?.text ?? '').join('');

describe('@anthropic-ai/sdk', () => {
  let gateway;
  before(async () => (gateway = await start_gateway()));
  after(async () => await gateway?.stop());

  const connect = (options = {}) =>
    new Anthropic({ baseURL: `${gateway.origin}/api`, apiKey: gateway.key, maxRetries: 0, ...options });
  const ask = (content, options) =>
    connect().messages.create({ model, max_tokens, messages: user(content) }, options);
  const ask_streaming = (content) =>
    connect().messages.create({ model, max_tokens, messages: user(content), stream: true });

  test('a message is answered, with usage', async () => {
    const answer = await ask(prompt);
    assert.equal(answer.type, 'message');
    assert.equal(answer.role, 'assistant');
    assert.match(text_of(answer), /promises in October/);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
  });

  test('the key may come as a bearer token', async () => {
    const client = connect({ apiKey: null, authToken: gateway.key });
    const answer = await client.messages.create({ model, max_tokens, messages: user(prompt) });
    assert.match(text_of(answer), /promises in October/);
  });

  test('a system prompt and content blocks are accepted', async () => {
    const messages = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: [{ type: 'text', text: 'Good day' }] },
      { role: 'user', content: [{ type: 'text', text: prompt, cache_control: { type: 'ephemeral' } }] },
    ];
    const system = [{ type: 'text', text: 'Be brief.' }];
    const answer = await connect().messages.create({ model, max_tokens, system, messages });
    assert.match(text_of(answer), /promises in October/);
  });

  test('the beta call, which has or had a query, is answered', async () => {
    const body = { model, max_tokens, messages: user(prompt) };
    const answer = await connect().beta.messages.create(body, { query: { beta: true } });
    assert.match(text_of(answer), /promises in October/);
  });

  test('lists the models', async () => {
    const { items } = await drain(connect().models.list());
    assert.ok(items.some(({ id }) => id === model));
  });

  test('a stream has the events of the protocol and the same text', async () => {
    const { items, error } = await drain(await ask_streaming(prompt));
    assert.ifError(error);
    assert.equal(streamed_text(items), text_of(await ask(prompt)));
    const order = items.map(({ type }) => type).filter((type) => type !== 'content_block_delta');
    assert.deepEqual(order, [
      'message_start', 'content_block_start', 'content_block_stop', 'message_delta', 'message_stop',
    ]);
  });

  test('the stream helper assembles the message', async () => {
    const whole = await ask(prompt);
    const final = await connect().messages.stream({ model, max_tokens, messages: user(prompt) }).finalMessage();
    assert.equal(text_of(final), text_of(whole));
    assert.equal(final.stop_reason, 'end_turn');
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
  });

  test('the length limit', async () => {
    assert.equal((await ask('[[length]] Go on')).stop_reason, 'max_tokens');
  });

  const ways = [
    ['plain', (body) => connect().messages.create(body)],
    ['streamed', (body) => connect().messages.stream(body).finalMessage()],
  ];
  for (const [how, send] of ways) {
    test(`a tool is called and its result read, ${how}`, async () => {
      const messages = user('[[tool:weather]] How is Bern?');
      const first = await send({ model, max_tokens, messages, tools });
      assert.equal(first.stop_reason, 'tool_use');
      const call = first.content.find(({ type }) => type === 'tool_use');
      assert.equal(call.name, 'weather');
      assert.equal(typeof call.input, 'object');
      const result = { type: 'tool_result', tool_use_id: call.id, content: weather_result };
      messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: [result] });
      const second = await send({ model, max_tokens, messages, tools });
      assert.equal(second.stop_reason, 'end_turn');
      assert.match(text_of(second), /Rain over Bern/);
    });
  }

  const refusals = [
    ['a wrong key', 401, Anthropic.AuthenticationError, 'authentication_error', () =>
      connect({ apiKey: 'sk-tw-wrong' }).messages.create({ model, max_tokens, messages: user(prompt) })],
    ['token counting, which is not offered,', 404, Anthropic.NotFoundError, 'not_found_error', () =>
      connect().messages.countTokens({ model, messages: user(prompt) })],
    ['messages of the wrong type', 400, Anthropic.BadRequestError, 'invalid_request_error', () =>
      connect().messages.create({ model, max_tokens, messages: 'none' })],
    ['a body that is not JSON', 400, Anthropic.BadRequestError, 'invalid_request_error', () =>
      connect().post('/v1/messages', { body: '{"model":', headers: { 'content-type': 'application/json' } })],
    ['a rate limit', 429, Anthropic.RateLimitError, 'rate_limit_error', () => ask('[[error:429]]')],
    ['a rate limit before a stream', 429, Anthropic.RateLimitError, 'rate_limit_error', () =>
      ask_streaming('[[error:429]]')],
  ];
  for (const [what, status, type, name, call] of refusals) {
    test(`${what} is ${status}`, async () => {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof type, String(error));
        assert.equal(error.status, status);
        assert.equal(error.error.type, 'error');
        assert.equal(error.error.error.type, name);
        return true;
      });
    });
  }

  for (const [trigger, outcome] of breaks) {
    test(`${trigger} is an error after the first text`, async () => {
      const { items, error } = await drain(await ask_streaming(`${trigger} ${prompt}`));
      assert.ok(error instanceof Anthropic.APIError, 'the stream ended cleanly');
      assert.equal(typeof error.error.error.message, 'string');
      assert.notEqual(streamed_text(items), '');
      assert.ok(!items.some(({ type }) => type === 'message_stop'));
      const { id } = items[0].message;
      const record = await gateway.access_record(({ upstream_id }) => upstream_id === id);
      assert.equal(record.outcome, outcome);
    });

    test(`the stream helper rejects its final message on ${trigger}`, async () => {
      const stream = connect().messages.stream({ model, max_tokens, messages: user(`${trigger} ${prompt}`) });
      await assert.rejects(stream.finalMessage(), Anthropic.APIError);
    });
  }

  test('a client that aborts a stream cancels the request', async () => {
    let id;
    for await (const event of await ask_streaming(`[[slow:2]] ${prompt}`)) {
      id = event.message.id;
      break;
    }
    const record = await gateway.access_record(({ upstream_id }) => upstream_id === id);
    assert.equal(record.outcome, 'cancelled');
    assert.equal(record.status, 200);
  });

  test('a client that times out while waiting cancels the request', async () => {
    await assert.rejects(ask(`[[slow:2]] ${prompt}`, { timeout: 500 }), Anthropic.APIConnectionTimeoutError);
    const record = await gateway.access_record(({ outcome, stream }) => outcome === 'cancelled' && !stream);
    assert.equal(record.status, 0);
  });
});
