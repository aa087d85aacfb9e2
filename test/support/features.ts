import { createRequire } from 'node:module';

/** What some versions of `n8n-core` lack: from one of those on which the tests run until before another. */
const LACKING = {
  'a resume token': ['1', '2.14'],
  'the renewal of OAuth2 tokens': ['1', '2.14'],
  'one renewal of an OAuth2 token for calls at the same time': ['1', '2.30'],
  'the size of binary data in bytes': ['1', '2.14'],
  'an end of connections that have gone silent': ['2.0', '2.30'],
  'the answer of a failing tool to its agent': ['1', '2.30'],
  "the cause in n8n's errors": ['1', '2.36'],
  'a review of each of several calls in one turn': ['1', '2.36'],
  'one repeat after a 401': ['1', '2.41'],
  'a poll budget': ['1', '2.41'],
  'a durable scheduler': ['1', '2.41'],
  'an end of polls whose workflow is off': ['1', '2.41'],
  'a protection of private addresses': ['1', '2.41'],
} as const;

export type Feature = keyof typeof LACKING;

/** The features that tests can ask for. */
export const features = Object.keys(LACKING) as Feature[];

const { version } = createRequire(__filename)('n8n-core/package.json') as { version: string };

/** Whether the n8n on which the tests run has it. */
export function n8nHas(feature: Feature): boolean {
  const [from, before] = LACKING[feature];
  return isOlder(version, from) || !isOlder(version, before);
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** `it`, for tests that only an n8n with all of these can pass; with another they are skipped, and their names say why. */
export function itWith(...needed: Feature[]): jest.It {
  const lacking = needed.find((feature) => !n8nHas(feature));
  return lacking === undefined ? it : renamed(it.skip, (name) => `${name} (needs ${lacking})`);
}

/** `it`, for what holds on an n8n without this feature; on any other there is nothing to test. */
export function itWithout(feature: Feature): jest.It {
  if (!n8nHas(feature)) return renamed(it, (name) => `${name} (without ${feature})`);
  return Object.assign(() => undefined, { each: () => () => undefined }) as never;
}

/** The same, with another name for each test. */
function renamed(test: jest.It, rename: (name: string) => string): jest.It {
  const one = (name: string, ...rest: [never]) => test(rename(name), ...rest);
  const each = (...table: [never]) => {
    const all = test.each(...table) as (name: string, ...rest: unknown[]) => void;
    return (name: string, ...rest: unknown[]) => all(rename(name), ...rest);
  };
  return Object.assign(one, { each }) as never;
}
