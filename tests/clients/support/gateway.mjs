// The gateway as its users start it, in front of the demonstration provider or of recorded traffic.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { start, wait_in_directory } from './process.mjs';

const record_deadline_ms = 5_000;

class Gateway {
  constructor(process) {
    this.process = process;
    this.origin = `http://127.0.0.1:${process.port}`;
    this.key = process.printed[1];
    this.data = path.join(process.directory, 'data');
  }

  // The first access record that `wanted` accepts, waited for: records are written after the answer.
  async access_record(wanted) {
    const find = async () => {
      const text = await readFile(path.join(this.data, 'access.jsonl'), 'utf8').catch(() => '');
      const complete = text.slice(0, text.lastIndexOf('\n') + 1);
      const records = complete.split('\n').filter(Boolean).map(JSON.parse);
      return records.find(wanted);
    };
    return await wait_in_directory(this.data, find, 'such access record', record_deadline_ms);
  }

  async stop() {
    await this.process.stop();
  }
}

// Without an upstream's URL and key in `environment` the demonstration provider answers.
export async function start_gateway(environment = {}) {
  const process = await start(
    (directory) => ['serve', '--listen', '127.0.0.1:0', '--data', path.join(directory, 'data')],
    { environment, printed: /^gateway key: (sk-tw-[0-9a-f]{64})$/m },
  );
  return new Gateway(process);
}

// The gateway in front of an upstream that answers from the recordings in `directory`; `root` is where
// the recorded paths begin: '/api/v1' for OpenRouter's, '/v1' for OpenAI's and Anthropic's.
export async function start_recorded(directory, root) {
  const replay = await start(() => [
    'replay', '--recordings', directory, '--listen', '127.0.0.1:0',
  ]);
  const gateway = await start_gateway({
    OPENROUTER_API_KEY: 'sk-or-v1-recorded',
    TOLLWAY_LLM_OPENROUTER_URL: `http://127.0.0.1:${replay.port}${root}`,
    // Shorter than the recorded pauses, so that the gateway's own comments get between the events.
    TOLLWAY_STREAM_SILENCE: '0.1',
  });
  const stop = async () => {
    await gateway.stop();
    await replay.stop();
  };
  return { origin: gateway.origin, key: gateway.key, stop };
}
