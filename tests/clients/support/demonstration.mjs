// What the tests ask of the built-in demonstration provider, and how they read a stream.
export const model = 'tollway/echo';
export const metered_model = 'tollway/metered-echo';

export const prompt = 'Trees keep their promises in October. Bäume halten Wort 🍂';

export const weather = {
  name: 'weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
};
export const weather_result = 'Rain over Bern, eleven degrees';

// What breaks a stream in its middle, and what the gateway's access record then calls it.
export const breaks = [['[[error-midstream]]', 'upstream_error'], ['[[cut]]', 'connection_lost']];

// Reads a stream to its end: { items, error }, where error is what ended it, if something did.
export async function drain(stream) {
  const items = [];
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items, error: undefined };
}
