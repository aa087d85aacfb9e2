import type { INodeParameters } from 'n8n-workflow';
import { locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';
import { itWith } from '../../support/features';

const it = itWith('a resume token');

const harness = useHarness();

const START = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
let keys = 0;
const newKey = () => ({ idempotencyKey: `contract-${++keys}` });

/** Another execution starts a Request and sleeps. Gives the secret with which it can be woken. */
async function sleeper(
  variable: string,
  options: INodeParameters = {},
): Promise<{ id: number; url: string }> {
  const parameters = { ...START, waitFor: 'callback', callbackVariable: variable, options };
  const sleeping = await harness.start(parameters, { user: 'admin' });
  expect(sleeping.status).toBe('waiting');
  const request = harness.requests().at(-1);
  return { id: request?.id ?? 0, url: request?.data[variable] as string };
}
const signatureIn = (url: string) => new URL(url).searchParams.get('signature') ?? '';

describe.each([true, false])('the signature of a sleeping execution, Simplify %s', (simplify) => {
  it.each<[string, INodeParameters]>([
    ['request wait', { waitFor: 'finish' }],
    ['request wait', { waitFor: 'finish', options: { returnErroredRequests: true, simplify } }],
    ['request wait', { waitFor: 'task' }],
    ['request get', { options: { simplify } }],
  ])(
    'does not show by %s %j the signature of a callback URL that the engine quotes',
    async (operation, parameters) => {
      const { id, url } = await sleeper('resume_url');
      harness.server.failRequest(
        id,
        `Client error: \`POST ${url}\` resulted in a \`502 Bad Gateway\` response`,
      );
      const run = await harness.perform(
        operation,
        { request: locator('id', id), ...parameters },
        { user: 'admin' },
      );
      expect(run.text).toContain(String(id));
      expect(run.text).not.toContain(signatureIn(url));
    },
  );

  it.each<[string, (url: string) => string]>([
    ['HTML', (url) => `<a href="${url.replaceAll('&', '&amp;')}">`],
    ['part of another URL', (url) => `GET /go?to=${encodeURIComponent(url)}&x=1`],
    ['part of another URL, twice', (url) => `GET /go?to=${encodeURIComponent(encodeURIComponent(url))}`],
    ['JSON with escapes', (url) => `{"url":"${url.replaceAll('&', '\\u0026').replaceAll('=', '\\u003d')}"}`],
  ])('does not show the signature of a callback URL that the engine quotes as %s', async (_, quoted) => {
    const { id, url } = await sleeper('resume_url');
    harness.server.failRequest(id, quoted(url));
    const parameters = { request: locator('id', id), waitFor: 'finish', options: { simplify } };
    const run = await harness.perform('request wait', parameters, { user: 'admin' });
    expect(run.error?.message).toContain('has ended in status ERROR');
    expect(run.text).not.toContain(signatureIn(url));
  });

  it('does not show the signature of a callback URL when a start returns an existing Request', async () => {
    const key = newKey();
    const { url } = await sleeper('resume_url', key);
    const options = { ...key, includeData: true, simplify };
    const run = await harness.start({ ...START, options }, { user: 'admin' });
    expect(run.items('ProcessMaker')).toMatchObject([{ alreadyStarted: true }]);
    expect(run.text).toContain('signature=***');
    expect(run.text).not.toContain(signatureIn(url));
  });

  it('does not show the signature of a callback URL when a start finds its Request in ERROR', async () => {
    const key = newKey();
    const { id, url } = await sleeper('resume_url', key);
    harness.server.failRequest(id, `Could not call ${url}`);
    for (const returnErroredRequests of [true, false]) {
      const options = { ...key, returnErroredRequests, simplify };
      const run = await harness.start({ ...START, options }, { user: 'admin' });
      expect(run.text).toContain(String(id));
      expect(run.text).not.toContain(signatureIn(url));
    }
  });
});
