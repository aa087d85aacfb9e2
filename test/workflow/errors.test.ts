import { factsOf } from '../support/failed-item';
import type { Behaviour } from '../support/gateway';
import { respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import type { User } from '../support/harness';
import { useHarness } from '../support/harness';

const harness = useHarness({ bodyLimitBytes: 20_000 });

// Starts that are looked up for longer, or sent again, are in recovery.test.ts.
const TARGET = {
  process: locator('id', 2),
  startEvent: locator('id', 'node_1'),
  options: { recoveryWindow: 0 },
};
const HTML = '<!DOCTYPE html><html><body>Something went wrong</body></html>';

interface Expected {
  outcome: 'notStarted' | 'unknown';
  httpStatus?: number;
  /** What the message or its advice contains. */
  says: RegExp;
}

const HOW_TO_SEARCH = /PMQL: data\._n8n_key = "[\da-f]{16}\.0\.0\.[\da-f]{16}"/;

/** Runs one item both ways at once: into the error output, and ending the run. */
async function expectFailure(
  expected: Expected,
  options: { user?: User; input?: unknown[] } = {},
): Promise<void> {
  const { outcome, httpStatus, says } = expected;
  const [run, stopped] = await Promise.all([
    harness.start(TARGET, { ...options, settings: ERROR_OUTPUT }),
    harness.start(TARGET, options),
  ]);
  const [item] = failedItems(run);
  expect(run.items('ProcessMaker')).toEqual([]);
  expect(item && factsOf(item)).toEqual({ outcome, ...(httpStatus !== undefined && { httpStatus }) });
  expect(item?.text).toMatch(says);
  expect(item?.text).toMatch(/\[item 0\]/);
  // An unknown outcome comes with a way to look for the Request.
  expect(HOW_TO_SEARCH.test(item?.text ?? '')).toBe(outcome === 'unknown');
  expect(HOW_TO_SEARCH.test(stopped.error?.description ?? '')).toBe(outcome === 'unknown');
  // One start each.
  expect(harness.starts()).toHaveLength(2);
  expect(harness.requests()).toEqual([]);

  expect(stopped.status).toBe('error');
  expect(`${stopped.error?.message} ${stopped.error?.description}`).toMatch(says);
  expect(stopped.error?.message).toMatch(/\[item 0\]/);
  expect(stopped.error?.message).not.toMatch(/\b(error|problem|failure|mistake)\b/i);

  const token = harness.server.tokens[options.user ?? 'limited'];
  expect(run.text + stopped.text).not.toContain(token);
}

describe('responses of ProcessMaker', () => {
  it.each(['expired', 'revoked'] as const)(
    'reports a 401 for a token that is %s as not started',
    async (user) => {
      await expectFailure({ outcome: 'notStarted', httpStatus: 401, says: /token/ }, { user });
    },
  );

  it('reports a 403 for an inactive user as not started', async () => {
    await expectFailure(
      { outcome: 'notStarted', httpStatus: 403, says: /active|permission|allow/ },
      { user: 'inactive' },
    );
  });

  it('reports a 403 for a user who may not start the process as not started', async () => {
    await expectFailure(
      { outcome: 'notStarted', httpStatus: 403, says: /may not|not allow|administrator/ },
      { user: 'nobody' },
    );
  });

  it('reports a 404 for a process that does not exist as not started', async () => {
    const run = await harness.start(
      { process: locator('id', 99999), startEvent: locator('id', 'node_1') },
      { settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([{ httpStatus: 404, outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain('99999');
  });

  it('reports a 413 for more data than the web server accepts as not started', async () => {
    await expectFailure(
      { outcome: 'notStarted', httpStatus: 413, says: /larg/ },
      { input: [{ text: 'x'.repeat(30_000) }] },
    );
  });

  it('reports a 503 during maintenance as not started', async () => {
    harness.server.maintenance = true;
    await expectFailure({ outcome: 'notStarted', httpStatus: 503, says: /maintenance/ });
  });

  it('does not send a start again after a 401', async () => {
    await harness.start(TARGET, { user: 'expired', settings: ERROR_OUTPUT });
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('responses of a gateway or of another server', () => {
  const unprocessable = {
    message: 'The given data was invalid.',
    errors: { orderId: ['The order id field is required.'], total: ['The total must be a number.'] },
  };

  it.each<[string, Behaviour, Expected]>([
    [
      'a 405 as JSON',
      respond(405, { message: 'The POST method is not supported.' }),
      { outcome: 'notStarted', httpStatus: 405, says: /API|process id/ },
    ],
    ['a 413 as HTML', respond(413, HTML), { outcome: 'notStarted', httpStatus: 413, says: /larg/ }],
    [
      'a 422',
      respond(422, unprocessable),
      { outcome: 'notStarted', httpStatus: 422, says: /orderId.*required.*total.*number/s },
    ],
    [
      'a 429',
      respond(429, { message: 'Too Many Attempts.' }, { 'retry-after': '30' }),
      { outcome: 'notStarted', httpStatus: 429, says: /too many|30 seconds/ },
    ],
    [
      'a 404 as HTML',
      respond(404, HTML),
      { outcome: 'notStarted', httpStatus: 404, says: /Instance URL|no ProcessMaker/ },
    ],
    [
      'a 500 as JSON',
      respond(500, { message: 'Server Error' }),
      { outcome: 'unknown', httpStatus: 500, says: /500.*No Request was found/s },
    ],
    ['a 500 as HTML', respond(500, HTML), { outcome: 'unknown', httpStatus: 500, says: /500/ }],
    ['a 502', respond(502, HTML), { outcome: 'unknown', httpStatus: 502, says: /502/ }],
    ['a 503 as HTML', respond(503, HTML), { outcome: 'unknown', httpStatus: 503, says: /503/ }],
    ['a 504', respond(504, HTML), { outcome: 'unknown', httpStatus: 504, says: /504/ }],
    [
      'a 200 as HTML',
      respond(200, HTML),
      { outcome: 'unknown', httpStatus: 200, says: /not that of a ProcessMaker/ },
    ],
    [
      'a 201 as foreign JSON',
      respond(201, { created: true }),
      { outcome: 'unknown', httpStatus: 201, says: /ProcessMaker/ },
    ],
    ['a 201 without a body', respond(201, ''), { outcome: 'unknown', httpStatus: 201, says: /ProcessMaker/ }],
    [
      'a 500 in another language',
      respond(500, { message: 'Serverfehler' }),
      { outcome: 'unknown', httpStatus: 500, says: /500.*No Request was found/s },
    ],
    [
      'a 403 in another language',
      respond(403, { message: 'Nicht erlaubt.' }),
      { outcome: 'notStarted', httpStatus: 403, says: /allow|may not/ },
    ],
  ])('reports the outcome of a start that gets %s, and sends it once', async (_, behaviour, expected) => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? behaviour : undefined);
    await expectFailure(expected);
  });
});

describe('a connection', () => {
  it('reports a refused connection as not started', async () => {
    const closed = 'http://127.0.0.1:1';
    const run = await harness.start(TARGET, {
      credentials: harness.credentials('limited', closed),
      settings: ERROR_OUTPUT,
    });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/cannot be reached.*Instance URL/s);
  });

  it('reports a host that does not exist as not started, without further attempts', async () => {
    const credentials = harness.credentials('limited', 'http://mistyped.invalid');
    const began = Date.now();
    const run = await harness.start({ ...TARGET, options: {} }, { credentials, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/cannot be reached.*Instance URL/s);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});
