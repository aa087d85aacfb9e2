import * as fc from 'fast-check';
import { testCredential } from '../support/credential-test';
import { createCertificate } from '../support/certificate';
import type { CredentialData } from '../support/credentials';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { openLine } from '../support/line';
import { useHarness, Harness } from '../support/harness';

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
const harness = useHarness();

async function tests(data: CredentialData): Promise<string> {
  const { status } = await testCredential(harness.engine, 'processMakerApi', data.processMakerApi ?? {});
  return status;
}

describe('an Instance URL', () => {
  it.each([
    ['with a trailing slash', '/'],
    ['with white space', ' \n'],
    ['of a page', '/requests/12?page=2#top'],
    ['of a task', '/tasks/7/edit'],
    ['of a case', '/cases/42'],
    ['of the API', '/api/1.0/requests'],
    ['of the sign-in page', '/login'],
    ['of the designer', '/modeler/5'],
  ])('accepts an Instance URL %s, in the node and in the credential test', async (_, suffix) => {
    const credentials = harness.credentials('limited', `${harness.gateway.url}${suffix}`);
    expect(await tests(credentials)).toBe('OK');
    const run = await harness.start(TARGET, { credentials });
    expect(run.items('ProcessMaker')).toMatchObject([
      { url: expect.stringMatching(/^http:\/\/127/) as string },
    ]);
    expect(harness.requests()).toHaveLength(1);
  });

  it.each(['', '   ', 'not an address', 'http://', 'ftp://127.0.0.1/', 'https://user:secret@127.0.0.1'])(
    'refuses the Instance URL "%s" with a message, and sends nothing',
    async (instanceUrl) => {
      const credentials = harness.credentials('limited', instanceUrl);
      const run = await harness.start(TARGET, { credentials });
      expect(run.status).toBe('error');
      expect(run.error?.message).toContain('Instance URL');
      expect(await tests(credentials)).toBe('Error');
      expect(harness.gateway.calls).toEqual([]);
    },
  );

  it('calls the same address for an Instance URL in any form that people paste', async () => {
    const space = fc.constantFrom('', ' ', '\t', '\n', '  ');
    const page = fc.constantFrom(
      '',
      '/',
      '//',
      '/requests',
      '/tasks',
      '/cases/1',
      '/api/1.0',
      '/admin/users',
      '/login',
    );
    const tail = fc.constantFrom('', '/', '?a=b', '#c', '?redirect=/requests#d');
    await fc.assert(
      fc.asyncProperty(space, page, tail, space, async (before, path, after, behind) => {
        harness.gateway.reset();
        const instanceUrl = `${before}${harness.gateway.url}${path}${after}${behind}`;
        await harness.start(TARGET, { credentials: harness.credentials('limited', instanceUrl) });
        expect(harness.starts().map(({ path: called }) => called.split('?')[0])).toEqual([
          '/api/1.0/process_events/4',
        ]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('an instance below a sub-path', () => {
  const below = new Harness();
  beforeAll(() => below.open({ basePath: '/pm' }));
  beforeEach(() => below.reset());
  afterAll(() => below.close());

  it.each(['', '/', '/requests/3', '/api/1.0'])(
    'reaches an instance below a sub-path by its address followed by "%s"',
    async (suffix) => {
      const credentials = below.credentials('limited', `${below.server.url}${suffix}`);
      expect(await tests(credentials)).toBe('OK');
      const run = await below.start(TARGET, { credentials });
      expect(below.requests()).toHaveLength(1);
      expect(run.items('ProcessMaker')).toMatchObject([
        { url: `${below.server.url}/requests/${below.requests()[0]?.id}` },
      ]);
    },
  );
});

describe('an instance with a self-signed certificate', () => {
  const secure = new Harness();
  beforeAll(async () => secure.open({ tls: await createCertificate() }));
  afterAll(() => secure.close());

  const credentials = (ignoreSslIssues: boolean): CredentialData => ({
    processMakerApi: {
      ...secure.credentials('limited', secure.server.url).processMakerApi,
      ignoreSslIssues,
    },
  });

  it('refuses a self-signed certificate, and names the switch that accepts it', async () => {
    const run = await secure.start(TARGET, { credentials: credentials(false), settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/certificate.*Ignore SSL Issues/s);
    expect(await tests(credentials(false))).toBe('Error');
    expect(secure.server.requests()).toEqual([]);
  });

  it('accepts a self-signed certificate with Ignore SSL Issues', async () => {
    expect(await tests(credentials(true))).toBe('OK');
    await secure.start(TARGET, { credentials: credentials(true) });
    expect(secure.server.requests()).toHaveLength(1);
  });

  it('looks for a start whose response is broken on a secure connection, and reports it as started', async () => {
    const before = secure.server.requests().length;
    const line = await openLine(secure.server.url);
    const { processMakerApi } = credentials(true);
    const data = { processMakerApi: { ...processMakerApi, instanceUrl: line.url } };
    // The first call is the start: what comes back for it is spoilt.
    line.isBroken = () => secure.server.requests().length > before && line.connections === 1;
    const run = await secure.start(TARGET, { credentials: data, settings: ERROR_OUTPUT });
    await line.close();
    expect(failedItems(run)).toEqual([]);
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(secure.server.requests()).toHaveLength(before + 1);
  });

  it('reports a start as not started when the server does not speak TLS', async () => {
    const data = {
      ...credentials(true).processMakerApi,
      instanceUrl: harness.server.url.replace('http:', 'https:'),
    };
    const run = await secure.start(TARGET, {
      credentials: { processMakerApi: data },
      settings: ERROR_OUTPUT,
    });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
  });
});
