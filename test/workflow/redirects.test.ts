import type { Gateway } from '../support/gateway';
import { redirect, startGateway } from '../support/gateway';
import { testCredential } from '../support/credential-test';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

const harness = useHarness();

// The target of the redirects. It must never be called.
let other: Gateway;
beforeAll(async () => {
  other = await startGateway(harness.server.url);
});
beforeEach(() => other.reset());
afterAll(() => other.close());

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };

describe.each([301, 302, 303, 307, 308])('a redirect with status %i', (status) => {
  it('does not follow a redirect of a start, and names the address to use', async () => {
    harness.gateway.treat = ({ path }) => redirect(status, `${other.url}${path}`);
    const run = await harness.start(TARGET, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ httpStatus: status, outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain(other.url);
    expect(failedItems(run)[0]?.text).toContain('Instance URL');
    expect(other.calls).toEqual([]);
    expect(run.text).not.toContain(harness.server.tokens.limited);
  });

  it('does not follow a redirect of a look-up', async () => {
    harness.gateway.treat = ({ path }) => redirect(status, `${other.url}${path}`);
    const run = await harness.start({ process: locator('id', 2) }, { settings: ERROR_OUTPUT });
    expect(failedItems(run)[0]?.text).toContain(other.url);
    expect(other.calls).toEqual([]);
  });

  itWith("the cause in n8n's errors")('does not follow a redirect of the credential test', async () => {
    harness.gateway.treat = ({ path }) => redirect(status, `${other.url}${path}`);
    const { processMakerApi } = harness.credentials();
    const result = await testCredential(harness.engine, 'processMakerApi', processMakerApi ?? {});
    expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(/redirect/) as string });
    expect(other.calls).toEqual([]);
  });
});

it('does not name the sign-in page that a redirect leads to as the address to use', async () => {
  harness.gateway.treat = () => redirect(302, `${harness.gateway.url}/login`);
  const run = await harness.start(TARGET, { settings: ERROR_OUTPUT });
  expect(failedItems(run)[0]?.text).toMatch(/redirect/);
  expect(failedItems(run)[0]?.text).not.toContain('/login');
});

it.each(['', '//', 'http://', 'javascript:alert(1)'])(
  'reports a redirect with the location "%s" as not started',
  async (location) => {
    harness.gateway.treat = () => redirect(302, location);
    const run = await harness.start(TARGET, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ httpStatus: 302, outcome: 'notStarted' }]);
  },
);

it.each(['file:///etc/passwd', 'data:text/html,x', 'javascript:alert(1)', 'ftp://files.example/x'])(
  'gives no address to use for a redirect to %s, which is none of the web',
  async (location) => {
    harness.gateway.treat = () => redirect(302, location);
    const run = await harness.start(TARGET, { settings: ERROR_OUTPUT });
    const [failed] = failedItems(run);
    expect(failed?.text).toContain('responds with a redirect, as a sign-in page or a gateway does');
    expect(failed?.text).not.toMatch(/null|use this address|files\.example/);
  },
);
