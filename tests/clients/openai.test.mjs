// The openai package against the gateway with the demonstration provider, under both base URLs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import OpenAI from 'openai';

import {
  breaks, drain, metered_model, model, prompt, weather, weather_result,
} from './support/demonstration.mjs';
import { start_gateway } from './support/gateway.mjs';

const user = (content) => [{ role: 'user', content }];
const tools = [{ type: 'function', function: weather }];
const chat_text = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

for (const base of ['/v1', '/api/v1']) {
  describe(`openai at ${base}`, () => {
    let gateway;
    before(async () => (gateway = await start_gateway()));
    after(async () => await gateway?.stop());
    const connect = () =>
      new OpenAI({ baseURL: gateway.origin + base, apiKey: gateway.key, maxRetries: 0 });

    test('lists the models', async () => {
      const ids = (await drain(connect().models.list())).items.map(({ id }) => id);
      assert.ok(ids.includes(model) && ids.includes(metered_model), ids.join());
    });

    test('chat answers, with usage', async () => {
      const answer = await connect().chat.completions.create({ model, messages: user(prompt) });
      assert.equal(answer.object, 'chat.completion');
      assert.ok(answer.choices[0].message.content.includes(prompt), answer.choices[0].message.content);
      assert.equal(answer.choices[0].finish_reason, 'stop');
      const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
      assert.ok(prompt_tokens > 0 && completion_tokens > 0);
      assert.equal(total_tokens, prompt_tokens + completion_tokens);
    });

    test('chat without a model uses the default one', async () => {
      const answer = await connect().chat.completions.create({ messages: user(prompt) });
      assert.equal(answer.model, model);
    });

    test('chat streams the same text, then the reason and the usage', async () => {
      const whole = await connect().chat.completions.create({ model, messages: user(prompt) });
      const stream = await connect().chat.completions.create({ model, messages: user(prompt), stream: true });
      const { items, error } = await drain(stream);
      assert.ifError(error);
      assert.equal(chat_text(items), whole.choices[0].message.content);
      assert.ok(items.some((chunk) => chunk.choices[0]?.finish_reason === 'stop'));
      assert.equal(items.at(-1).usage.total_tokens, whole.usage.total_tokens);
    });

    test('fifty chats at once keep to themselves', async () => {
      const client = connect();
      const ask = async (_, index) => {
        const stream = index % 2 === 0;
        const answer = await client.chat.completions.create({ model, messages: user(`number ${index}.`), stream });
        const text = stream ? chat_text((await drain(answer)).items) : answer.choices[0].message.content;
        assert.match(text, new RegExp(`number ${index}\\.`));
      };
      await Promise.all(Array.from({ length: 50 }, ask));
    });

    test('a prompt of two megabytes is answered', async () => {
      const answer = await connect().chat.completions.create({ model, messages: user('leaf '.repeat(400_000)) });
      assert.ok(answer.usage.prompt_tokens > 10_000);
    });

    test('chat stops at the length limit', async () => {
      const answer = await connect().chat.completions.create({ model, messages: user('[[length]] Go on') });
      assert.equal(answer.choices[0].finish_reason, 'length');
    });

    test('chat calls a tool and reads its result', async () => {
      const messages = user('[[tool:weather]] How is Bern?');
      const { choices } = await connect().chat.completions.create({ model, messages, tools });
      assert.equal(choices[0].finish_reason, 'tool_calls');
      const [call] = choices[0].message.tool_calls;
      assert.equal(call.function.name, 'weather');
      assert.equal(typeof JSON.parse(call.function.arguments), 'object');
      messages.push(choices[0].message, { role: 'tool', tool_call_id: call.id, content: weather_result });
      const answer = await connect().chat.completions.create({ model, messages, tools });
      assert.equal(answer.choices[0].finish_reason, 'stop');
      assert.match(answer.choices[0].message.content, /Rain over Bern/);
    });

    test('runTools streams a tool call, runs it and ends', async () => {
      const asked = [];
      const run = (input) => (asked.push(input), weather_result);
      const runner = connect().chat.completions.runTools({
        model,
        messages: user('[[tool:weather]] How is Bern?'),
        stream: true,
        tools: [{ type: 'function', function: { ...weather, parse: JSON.parse, function: run } }],
      });
      assert.match(await runner.finalContent(), /Rain over Bern/);
      assert.equal(asked.length, 1);
    });

    test('completions answer and stream', async () => {
      const whole = await connect().completions.create({ model, prompt });
      assert.match(whole.choices[0].text, /promises in October/);
      const { items, error } = await drain(await connect().completions.create({ model, prompt, stream: true }));
      assert.ifError(error);
      assert.equal(items.map((chunk) => chunk.choices[0]?.text ?? '').join(''), whole.choices[0].text);
    });

    test('embeddings are the same numbers in base64 and in JSON', async () => {
      const input = ['a brown fox', 'a lazy dog'];
      const packed = await connect().embeddings.create({ model, input });
      const plain = await connect().embeddings.create({ model, input, encoding_format: 'float' });
      assert.equal(packed.data.length, 2);
      for (const [index, { embedding }] of plain.data.entries()) {
        assert.ok(embedding.length > 0);
        assert.deepEqual(Array.from(packed.data[index].embedding), Array.from(Float32Array.from(embedding)));
      }
    });

    const refusals = [
      ['a wrong key', 401, OpenAI.AuthenticationError, (client) =>
        client.withOptions({ apiKey: 'sk-tw-wrong' }).chat.completions.create({ model, messages: user(prompt) })],
      ['an unknown route', 404, OpenAI.NotFoundError, (client) => client.post('/no/such/route', { body: {} })],
      ['a body that is not JSON', 400, OpenAI.BadRequestError, (client) =>
        client.post('/chat/completions', { body: '{"model":', headers: { 'content-type': 'application/json' } })],
      ['messages of the wrong type', 400, OpenAI.BadRequestError, (client) =>
        client.chat.completions.create({ model, messages: 'none' })],
      ['a rate limit', 429, OpenAI.RateLimitError, (client) =>
        client.chat.completions.create({ model, messages: user('[[error:429]]') })],
      ['a rate limit before a stream', 429, OpenAI.RateLimitError, (client) =>
        client.chat.completions.create({ model, messages: user('[[error:429]]'), stream: true })],
      ['a rate limit on responses', 429, OpenAI.RateLimitError, (client) =>
        client.responses.create({ model, input: '[[error:429]]' })],
    ];
    for (const [what, status, type, call] of refusals) {
      test(`${what} is ${status}`, async () => {
        await assert.rejects(call(connect()), (error) => {
          assert.ok(error instanceof type, String(error));
          assert.equal(error.status, status);
          assert.equal(typeof error.error.message, 'string');
          return true;
        });
      });
    }

    for (const [trigger, outcome] of breaks) {
      // The package hangs up on the error, which must not make it a request that the client cancelled.
      const recorded_as = async (id) =>
        assert.equal((await gateway.access_record(({ upstream_id }) => upstream_id === id)).outcome, outcome);

      test(`chat: ${trigger} is an error after the first text`, async () => {
        const messages = user(`${trigger} ${prompt}`);
        const { items, error } = await drain(
          await connect().chat.completions.create({ model, messages, stream: true }),
        );
        assert.ok(error instanceof OpenAI.APIError, 'the stream ended cleanly');
        assert.notEqual(chat_text(items), '');
        await recorded_as(items[0].id);
      });

      test(`responses: ${trigger} is an error after the first text`, async () => {
        const { items, error } = await drain(
          await connect().responses.create({ model, input: `${trigger} ${prompt}`, stream: true }),
        );
        assert.ok(error instanceof OpenAI.APIError, 'the stream ended cleanly');
        assert.ok(items.some(({ type }) => type === 'response.output_text.delta'));
        assert.ok(!items.some(({ type }) => type === 'response.completed'));
        await recorded_as(items[0].response.id);
      });

      test(`responses helper: ${trigger} rejects the final response`, async () => {
        const stream = connect().responses.stream({ model, input: `${trigger} ${prompt}` });
        await assert.rejects(stream.finalResponse());
      });
    }

    test('responses answer, with usage', async () => {
      const answer = await connect().responses.create({ model, input: prompt });
      assert.equal(answer.status, 'completed');
      assert.match(answer.output_text, /promises in October/);
      assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    });

    test('responses stream the same text in order', async () => {
      const whole = await connect().responses.create({ model, input: prompt });
      const stream = connect().responses.stream({ model, input: prompt });
      const { items, error } = await drain(stream);
      assert.ifError(error);
      assert.deepEqual(items.map((event) => event.sequence_number), items.map((_, index) => index));
      assert.equal(items[0].type, 'response.created');
      assert.equal(items.at(-1).type, 'response.completed');
      assert.equal((await stream.finalResponse()).output_text, whole.output_text);
    });

    test('responses call a tool and read its result', async () => {
      const flat = [{ type: 'function', strict: false, ...weather }];
      const input = user('[[tool:weather]] How is Bern?');
      const first = await connect().responses.stream({ model, input, tools: flat }).finalResponse();
      const call = first.output.find(({ type }) => type === 'function_call');
      assert.equal(call.name, 'weather');
      assert.equal(typeof JSON.parse(call.arguments), 'object');
      input.push(call, { type: 'function_call_output', call_id: call.call_id, output: weather_result });
      const second = await connect().responses.create({ model, input, tools: flat });
      assert.match(second.output_text, /Rain over Bern/);
    });

    test('a client that aborts a stream cancels the request', async () => {
      const body = { model, messages: user(`[[slow:2]] ${prompt}`), stream: true };
      let id;
      for await (const chunk of await connect().chat.completions.create(body)) {
        id = chunk.id;
        break;
      }
      const record = await gateway.access_record(({ upstream_id }) => upstream_id === id);
      assert.equal(record.outcome, 'cancelled');
      assert.equal(record.status, 200);
    });

    test('a client that aborts while waiting cancels the request', async () => {
      const aborter = new AbortController();
      const waiting = connect().chat.completions.create(
        { model, messages: user(`[[slow:2]] ${prompt}`) },
        { signal: aborter.signal, timeout: 500 },
      );
      await assert.rejects(waiting, OpenAI.APIConnectionTimeoutError);
      const record = await gateway.access_record(({ outcome, stream }) => outcome === 'cancelled' && !stream);
      assert.equal(record.route, 'chat/completions');
      assert.equal(record.status, 0);
    });
  });
}
