// While an upstream is silent the gateway pads JSON and comments streams: each client must not notice.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import Anthropic from '@anthropic-ai/sdk';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { OpenRouter } from '@openrouter/sdk';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';

import { drain, model, prompt } from './support/demonstration.mjs';
import { start_gateway } from './support/gateway.mjs';

const messages = [{ role: 'user', content: prompt }];
const pause_ms = 600;

// An upstream that hands on the answers of `gateway`, each with a pause behind its head, and in a stream
// one in its middle.
async function start_slow_upstream(gateway) {
  const server = createServer(async (request, response) => {
    const pieces = await request.toArray();
    const answer = await fetch(gateway.origin + request.url, {
      method: request.method,
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: request.method === 'GET' ? undefined : Buffer.concat(pieces),
    });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') });
    response.flushHeaders();
    const middle = text.indexOf('\n\n', text.length / 2) + 2;
    for (const part of middle > 2 ? [text.slice(0, middle), text.slice(middle)] : [text]) {
      await setTimeout(pause_ms);
      response.write(part);
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}

describe('slow answers', () => {
  let answering, upstream, gateway;
  before(async () => {
    answering = await start_gateway();
    upstream = await start_slow_upstream(answering);
    gateway = await start_gateway({
      OPENROUTER_API_KEY: 'sk-or-v1-slow',
      TOLLWAY_LLM_OPENROUTER_URL: `${upstream.origin}/api/v1`,
      TOLLWAY_STREAM_SILENCE: '0.2',
    });
  });
  after(async () => {
    await gateway?.stop();
    await upstream?.stop();
    await answering?.stop();
  });

  const raw_answer = async (stream) => {
    const response = await fetch(`${gateway.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream }),
    });
    assert.equal(response.status, 200);
    return await response.text();
  };
  test('the gateway pads JSON', async () => assert.match(await raw_answer(false), /^\s+\{/));
  test('the gateway comments streams', async () => {
    assert.match(await raw_answer(true), /^data: .*\n\n(: TOLLWAY PROCESSING\n\n)+data: /m);
  });

  // Each of them: the text of a plain answer and of a streamed one.
  const clients = {
    openai: async (stream) => {
      const client = new OpenAI({ baseURL: `${gateway.origin}/v1`, apiKey: gateway.key, maxRetries: 0 });
      const answer = await client.chat.completions.create({ model, messages, stream });
      if (!stream) return answer.choices[0].message.content;
      return (await drain(answer)).items.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
    },
    'openai responses': async (stream) => {
      const client = new OpenAI({ baseURL: `${gateway.origin}/v1`, apiKey: gateway.key, maxRetries: 0 });
      if (!stream) return (await client.responses.create({ model, input: prompt })).output_text;
      return (await client.responses.stream({ model, input: prompt }).finalResponse()).output_text;
    },
    '@openrouter/sdk': async (stream) => {
      const client = new OpenRouter({
        serverURL: `${gateway.origin}/api/v1`, apiKey: gateway.key, retryConfig: { strategy: 'none' },
      });
      const answer = await client.chat.send({ chatRequest: { model, messages, stream } });
      if (!stream) return answer.choices[0].message.content;
      return (await drain(answer)).items.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
    },
    '@openrouter/ai-sdk-provider': async (stream) => {
      const provider = createOpenRouter({ baseURL: `${gateway.origin}/api/v1`, apiKey: gateway.key });
      const options = { model: provider.chat(model), prompt, maxRetries: 0 };
      return stream ? await streamText(options).text : (await generateText(options)).text;
    },
    '@anthropic-ai/sdk': async (stream) => {
      const client = new Anthropic({ baseURL: `${gateway.origin}/api`, apiKey: gateway.key, maxRetries: 0 });
      const body = { model, max_tokens: 1024, messages };
      const final = stream ? client.messages.stream(body).finalMessage() : client.messages.create(body);
      return (await final).content[0].text;
    },
  };
  for (const [name, text_of] of Object.entries(clients)) {
    test(`${name} reads a padded answer`, async () => assert.ok((await text_of(false)).includes(prompt)));
    test(`${name} reads a commented stream`, async () => assert.ok((await text_of(true)).includes(prompt)));
  }
});
