import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { classifyResponse } from '../../../nodes/ProcessMaker/transport/classifyResponse';
import { type Connection, RetryBudget } from '../../../nodes/ProcessMaker/transport/connection';
import { callError } from '../../../nodes/ProcessMaker/transport/request';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MEBIBYTE = 1024 * 1024;
const SECRET = 'a-secret-token';

const connection = {
  retries: new RetryBudget(0),
  scrub: (text: string) => text.replaceAll(SECRET, '***'),
} as Connection;

/** The refusal of a start by a text of 5 MB. */
function refusal(begin: string) {
  const body: unknown = JSON.parse(JSON.stringify({ message: `${begin}${'long '.repeat(MEBIBYTE)}the end` }));
  const details = classifyResponse({ statusCode: 422, headers: {}, body }, { url: 'http://x' });
  return callError(connection, { method: 'POST' }, details);
}

test('keeps the beginning and the end of a very long refusal, without the secrets in it', () => {
  const { description } = refusal(`Refused for ${SECRET}: `);
  expect(description).toMatch(/^Refused for \*\*\*: long .* long the end\.$/);
  expect(description.length).toBeLessThan(2500);
});

test('does not hold very long refusals in memory', () => {
  refusal('');
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const errors = Array.from({ length: 40 }, (_, index) => refusal(String(index)));
  collectGarbage();
  const risen = (process.memoryUsage().heapUsed - before) / MEBIBYTE;
  expect(errors).toHaveLength(40);
  expect(risen).toBeLessThan(20);
});
