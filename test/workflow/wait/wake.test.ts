import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Behaviour, Gateway } from '../../support/gateway';
import { pass, redirect, resetBefore, respond, startGateway } from '../../support/gateway';
import { itWith } from '../../support/features';
import type { StartOptions } from '../../support/harness';
import { useHarness } from '../../support/harness';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';

// Requests that have ended hold the URL of an execution that sleeps, and n8n is called there. n8n is played by a gateway.
const harness = useHarness({ queue: 'sync' });
let n8n: Gateway;
beforeAll(async () => (n8n = await startGateway('http://127.0.0.1:1')));
beforeEach(() => {
  n8n.reset();
  answerWith(respond(200, { woken: true }));
  harness.engine.baseUrl = n8n.url;
});
afterAll(() => n8n.close());

const VARIABLE = '_n8n_resume_url';
/** What n8n itself says, in the shape and the words of its responses. */
const running = respond(409, { code: 409, message: 'The execution "7" is running already.' });
const finished = respond(409, { code: 409, message: 'The execution "7 has finished already.' });
/** What the node that waits says. */
const notEnded = respond(409, { code: 'notEnded' });
const elsewhere = respond(404, {
  message: 'The workflow does not contain a waiting webhook with this path.',
});
const notReadable = respond(503, { code: 'notReadable' }, { 'retry-after': '1' });

/** Each call gets the next of these, and the last again and again. */
function answerWith(...behaviours: Behaviour[]): void {
  n8n.treat = () => (behaviours.length > 1 ? behaviours.shift() : behaviours[0]);
}

const path = (id: number | string, query = 'signature=s3cret&wait=tag') =>
  `/webhook-waiting/${id}/processmaker?${query}`;
const urlOf = (id: number | string, query?: string) => n8n.url + path(id, query);

/** Starts a Request that ends at once, with this URL in its data. */
async function ended(url?: unknown, data: IDataObject = {}, process = 4): Promise<number> {
  const body = { ...data, ...(url !== undefined && { [VARIABLE]: url }) };
  const authorization = `Bearer ${harness.server.tokens.limited}`;
  const response = await fetch(`${harness.server.url}/api/1.0/process_events/${process}?event=node_1`, {
    method: 'POST',
    headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { id: number }).id;
}

const byId = { request: locator('id', '={{ $json.id }}') };
const wake = (ids: number[], parameters: INodeParameters = {}, options: StartOptions = {}) =>
  harness.perform(
    'request wake',
    { ...byId, ...parameters },
    { input: ids.map((id) => ({ id })), ...options },
  );
const sweep = (parameters: INodeParameters = {}, options: StartOptions = {}) =>
  harness.perform('request wake', { requestsToWake: 'endedSince', days: 1, ...parameters }, options);
/** ProcessMaker, under load. */
const slowly: Gateway['treat'] = () => async (response, forward) => {
  const { status, headers, body } = await forward();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  response.writeHead(status, headers).end(body);
};
const called = () => n8n.calls.map((call) => `${call.method} ${call.path}`);

describe('Wake Waiting Workflow', () => {
  it('calls the URL in each Request, with an empty POST without any credential, and says that it has woken it', async () => {
    const ids = [await ended(urlOf(7)), await ended(urlOf(8, 'signature=other&wait=b'))];
    const run = await wake(ids);
    expect(run.items('ProcessMaker')).toMatchObject([
      { requestId: ids[0], outcome: 'woken', executionId: '7' },
      { requestId: ids[1], outcome: 'woken', executionId: '8' },
    ]);
    expect(called().sort()).toEqual([`POST ${path(7)}`, `POST ${path(8, 'signature=other&wait=b')}`]);
    for (const { body, headers } of n8n.calls) {
      expect(body).toBe('');
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain(harness.server.tokens.limited);
    }
    expect(run.text).not.toContain('s3cret');
  });

  it('looks up the Requests of all items in one call', async () => {
    const ids = [await ended(urlOf(7)), await ended(urlOf(8)), await ended(urlOf(9))];
    await wake(ids);
    expect(harness.lookUps()).toHaveLength(1);
    expect(n8n.calls).toHaveLength(3);
  });

  it('calls a URL once that a Request and its sub-process hold', async () => {
    const ids = [await ended(urlOf(7)), await ended(urlOf(7))];
    const run = await wake(ids);
    expect(run.items('ProcessMaker').map(({ outcome }) => outcome)).toEqual(['woken', 'woken']);
    expect(n8n.calls).toHaveLength(1);
  });

  it('takes the URL from the variable that is named', async () => {
    const id = await ended(undefined, { own_url: urlOf(7) });
    const run = await wake([id], { callbackVariable: 'own_url' });
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'woken', executionId: '7' }]);
  });

  it('works with an n8n without signatures, below a sub-path', async () => {
    harness.engine.baseUrl = `${n8n.url}/sub/path`;
    const id = await ended(`${n8n.url}/sub/path${path(7, 'wait=tag')}`);
    const run = await wake([id]);
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'woken' }]);
    expect(called()).toEqual([`POST /sub/path${path(7, 'wait=tag')}`]);
  });

  it('says of a Request without a URL that nothing waits for it', async () => {
    const run = await wake([await ended()]);
    const message = expect.stringContaining('no workflow waits for its end') as string;
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'over', executionId: null, message }]);
    expect(n8n.calls).toEqual([]);
  });

  it('fails the item of a Request whose summary ProcessMaker does not show, and says what to do', async () => {
    const ids = [await ended(urlOf(7)), await ended(urlOf(8))];
    harness.gateway.treat = () => async (response, forward) => {
      const { status, headers, body } = await forward();
      const list = JSON.parse(body) as { data: IDataObject[] };
      delete list.data[0]?.summary;
      response.writeHead(status, headers).end(JSON.stringify(list));
    };
    const run = await wake(ids, {}, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          /does not show the summary of Request \d+.*may see the summary/s,
        ) as string,
      },
    ]);
    expect(run.items('ProcessMaker')).toMatchObject([{ requestId: ids[1], outcome: 'woken' }]);
  });
});

describe('a URL that somebody else has written', () => {
  it.each([
    ['of another host', () => `https://evil.example${path(7)}`],
    ['of another port', () => `http://127.0.0.1:1${path(7)}`],
    ['of another scheme', () => urlOf(7).replace('http:', 'https:')],
    ['with a user in front of the host', () => urlOf(7).replace('http://', 'http://user:word@')],
    ['whose host is only its user', () => `${n8n.url}@evil.example${path(7)}`],
    ['with a host that goes on', () => `${n8n.url}.evil.example${path(7)}`],
    ['of another path', () => `${n8n.url}/webhook/7/processmaker?wait=tag`],
    ['of the REST API', () => `${n8n.url}/rest/workflows/7/processmaker?wait=tag`],
    ['that climbs', () => `${n8n.url}/rest/../webhook-waiting/7/processmaker?wait=tag`],
    ['that climbs in code', () => `${n8n.url}/rest/%2e%2e/webhook-waiting/7/processmaker?wait=tag`],
    ['with a backslash', () => urlOf(7).replace('/webhook-waiting', '\\webhook-waiting')],
    ['with an encoded slash', () => `${n8n.url}/webhook-waiting/7%2f8/processmaker?wait=tag`],
    ['with an id that is no number', () => urlOf('7a')],
    ['without an id', () => urlOf('')],
    ['with a longer path', () => urlOf('7/8')],
    ['of a Callback', () => `${n8n.url}/webhook-waiting/7?signature=s3cret&wait=tag`],
    ['that is text', () => 'soon'],
    ['that is a number', () => 12345],
  ])('is refused and not called: %s', async (_, url) => {
    const run = await wake([await ended(url())]);
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'refused', executionId: null }]);
    expect(run.items('ProcessMaker')[0]?.message).toMatch(/is not called/);
    expect(n8n.calls).toEqual([]);
  });

  it('gives nothing but execution id, signature and tag to the call', async () => {
    await wake([await ended(urlOf(7, 'signature=a%26x%3D1&wait=b&approved=true&wait=c#part'))]);
    expect(called()).toEqual([`POST ${path(7, 'signature=a%26x%3D1&wait=b')}`]);
  });

  it('does not follow a redirect', async () => {
    answerWith(redirect(307, `${n8n.url}/elsewhere`));
    const run = await wake([await ended(urlOf(7))], { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'notYet' }]);
    expect(called().every((call) => call === `POST ${path(7)}`)).toBe(true);
  });
});

describe('the response of n8n', () => {
  it.each<[string, Behaviour]>([
    ['is running already', running],
    ['cannot read the Request', notReadable],
    ['has taken another call', respond(503, { code: 'isBeingWoken' })],
    ['loses against another call', respond(500, { code: 0, message: 'There was a problem.' })],
    ['does not know its addresses yet', respond(404, 'Cannot POST')],
    ['is behind a gateway that has no server', respond(502, '<html>Bad Gateway</html>')],
    ['gives no response', resetBefore],
    ['is too busy', respond(429, '')],
    ['is not what has responded', respond(200, '<html>Welcome</html>')],
    ['is starting', respond(200, 'n8n is starting up. Please wait')],
    ['is behind a gateway that wants to be signed in at', respond(401, '<html>Sign in</html>')],
    ['is behind a gateway that says so in JSON', respond(401, { message: 'Unauthorized' })],
    ['is behind a gateway without a route', respond(404, { message: 'no Route matched' })],
    ['cannot reach its database', respond(404, { code: 404, message: 'Cannot find workflow' })],
  ])('is asked for again, until the execution is woken, where n8n %s', async (_, behaviour) => {
    answerWith(behaviour, behaviour, respond(200, { woken: true }));
    const run = await wake([await ended(urlOf(7))]);
    expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'woken' }]);
    expect(n8n.calls).toHaveLength(3);
  });

  it.each<[string, string, Behaviour]>([
    ['over', 'has finished', finished],
    ['over', 'has finished with', respond(409, { message: 'The execution "7" has finished with error.' })],
    ['over', 'Invalid token', respond(401, { error: 'Invalid token' })],
    ['over', 'does not exist', respond(404, { code: 404, message: 'The execution "7" does not exist.' })],
    ['over', 'any more', respond(410, { code: 'notThisWait' })],
    ['notYet', 'its own Request has not ended', notEnded],
    ['notYet', 'waiting webhook', elsewhere],
  ])('ends the repeats as %s: %s', async (outcome, text, behaviour) => {
    answerWith(behaviour);
    const run = await wake([await ended(urlOf(7))]);
    expect(run.items('ProcessMaker')).toMatchObject([
      { outcome, executionId: '7', message: expect.stringContaining(text) as string },
    ]);
    expect(n8n.calls).toHaveLength(1);
  });

  it('ends as not yet when the time for repeats is over, and says why', async () => {
    answerWith(running);
    const run = await wake([await ended(urlOf(7))], { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker')).toMatchObject([
      { outcome: 'notYet', message: expect.stringContaining('is running already') as string },
    ]);
    expect(n8n.calls.length).toBeGreaterThan(1);
  });

  it("says that n8n's log tells why the Request could not be read", async () => {
    answerWith(notReadable);
    const run = await wake([await ended(urlOf(7))], { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker')).toMatchObject([
      { outcome: 'notYet', message: expect.stringContaining("n8n's log says why") as string },
    ]);
  });

  it.each([
    [401, 'Sign in'],
    [404, 'Not Found'],
    [410, 'Gone'],
  ])("does not take a gateway's %s for n8n's own", async (status, html) => {
    answerWith(respond(status, html));
    const run = await wake([await ended(urlOf(7))], { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker')).toMatchObject([
      { outcome: 'notYet', message: expect.stringMatching(`HTTP status ${status}.*'WEBHOOK_URL'`) as string },
    ]);
  });

  it("names n8n's setting where n8n does not reach itself", async () => {
    harness.engine.baseUrl = 'http://127.0.0.1:1';
    const run = await wake([await ended(`http://127.0.0.1:1${path(7)}`)], { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker')).toMatchObject([
      { outcome: 'notYet', message: expect.stringMatching(/ECONNREFUSED.*'WEBHOOK_URL'/s) as string },
    ]);
  });

  itWith('a protection of private addresses')(
    "names n8n's setting where its SSRF protection does not let n8n call itself",
    async () => {
      const protection = Container.get(SsrfProtectionConfig);
      const id = await ended(urlOf(7));
      // ProcessMaker is at a private address here, too, which the first call still reaches.
      n8n.treat = () => resetBefore;
      harness.gateway.treat = () => {
        setTimeout(() => (protection.enabled = true), 0);
        return pass;
      };
      const run = await wake([id]).finally(() => (protection.enabled = false));
      expect(run.items('ProcessMaker')).toMatchObject([
        { outcome: 'notYet', message: expect.stringContaining("'N8N_SSRF_ALLOWED_HOSTNAMES'") as string },
      ]);
      expect(n8n.calls).toEqual([]);
    },
  );

  it('holds up no other item while one is repeated', async () => {
    n8n.treat = ({ path: at }) => (at.includes('/7/') ? running : respond(200, { woken: true }));
    const ids = [await ended(urlOf(7))];
    for (let id = 10; id < 20; id++) ids.push(await ended(urlOf(id)));
    const run = await wake(ids, { options: { repeatSeconds: 1 } });
    const outcomes = run.items('ProcessMaker').map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['notYet', ...Array<string>(10).fill('woken')]);
    expect(n8n.mostAtOnce).toBeLessThanOrEqual(5);
  });

  it('is not waited for again and again where n8n never responds: the others are not called then', async () => {
    n8n.treat = () => async (response) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      response.destroy();
    };
    const ids = [];
    for (let execution = 1; execution <= 12; execution++) ids.push(await ended(urlOf(execution)));
    const run = await wake(ids, { options: { repeatSeconds: 1 } });
    const outcomes = run.items('ProcessMaker');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from(ids, () => 'notYet'));
    expect(outcomes.at(-1)?.message).toMatch(/^n8n did not respond to the calls for other Requests/);
    expect(n8n.calls).toHaveLength(5);
  });

  it('is called for all Requests although ProcessMaker took longer to show them than a call is repeated', async () => {
    const ids = [await ended(urlOf(7)), await ended(urlOf(8))];
    harness.gateway.treat = slowly;
    const run = await wake(ids, { options: { repeatSeconds: 1 } });
    expect(run.items('ProcessMaker').map(({ outcome }) => outcome)).toEqual(['woken', 'woken']);
  });

  it('stops the repeats when the execution is canceled', async () => {
    const cancellation = new AbortController();
    let calls = 0;
    n8n.treat = () => {
      if (++calls === 2) setTimeout(() => cancellation.abort(), 20);
      return running;
    };
    const begin = Date.now();
    await wake([await ended(urlOf(7))], {}, { signal: cancellation.signal });
    expect(Date.now() - begin).toBeLessThan(5_000);
    expect(calls).toBe(2);
  });

  it.each([0, 601, 'soon'])('is not asked for at all with a Repeat For of %s', async (repeatSeconds) => {
    const run = await wake(
      [await ended(urlOf(7))],
      { options: { repeatSeconds } },
      { settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining("'Repeat For' is not a number from 1 to 600") as string },
    ]);
    expect(n8n.calls).toEqual([]);
  });
});

describe('Ended Since', () => {
  /** Each test has an n8n address of its own, so that it finds no Request of another one. */
  beforeEach(() => {
    const name = expect.getState().currentTestName ?? '';
    harness.engine.baseUrl = `${n8n.url}/${name.replace(/\W+/g, '-')}`;
  });
  const own = (id: number) => `${harness.engine.baseUrl}${path(id)}`;

  it('finds the Requests that were completed, canceled or broke, and hold a URL of this n8n', async () => {
    const completed = await ended(own(7));
    const canceled = await ended(own(8), {}, 2);
    harness.server.cancelRequest(canceled);
    const errored = await ended(own(9), {}, 2);
    harness.server.failRequest(errored, 'It broke down.');
    await ended(own(10), {}, 2);
    await ended();
    await ended(`https://other.example${path(11)}`);
    const run = await sweep();
    expect(run.items('ProcessMaker')).toMatchObject(
      [completed, canceled, errored].map((requestId, index) => ({
        requestId,
        outcome: 'woken',
        executionId: String(7 + index),
      })),
    );
    expect(harness.lookUps()).toHaveLength(2);
  });

  it('calls for all Requests in each sweep of a run, however long ProcessMaker takes to find them', async () => {
    const id = await ended(own(7));
    // The second begins to call when the first has long ended.
    harness.gateway.treat = (call) => (call.path.includes('other_url') ? slowly(call) : pass);
    const days = { days: '={{ $json.days }}', callbackVariable: '={{ $json.variable }}' };
    const other = await ended(undefined, { other_url: own(8) });
    const input = [
      { days: 1, variable: VARIABLE },
      { days: 1, variable: 'other_url' },
    ];
    const run = await sweep({ ...days, options: { repeatSeconds: 1 } }, { input });
    expect(run.items('ProcessMaker')).toMatchObject([
      { requestId: id, outcome: 'woken' },
      { requestId: other, outcome: 'woken' },
    ]);
  });

  it('asks for the time of the end and the beginning of the URL together', async () => {
    await sweep({ days: 2 });
    const [search] = harness.lookUps();
    const pmql = new URL(search?.path ?? '', n8n.url).searchParams.get('pmql');
    const time = '"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)"';
    const found = new RegExp(
      `^\\(completed >= ${time} OR \\(status = "Error" AND updated_at >= ${time}\\)\\) AND \\(data\\._n8n_resume_url LIKE "(.*)%"\\)$`,
    ).exec(pmql ?? '');
    expect(found?.[3]).toBe(`${harness.engine.baseUrl}/webhook-waiting/`);
    const ago = Date.now() - Date.parse(found?.[1] ?? '');
    expect(Math.abs(ago - 2 * 86_400_000)).toBeLessThan(10_000);
  });

  it('does not call again what has no execution that waits, but calls once more what was woken', async () => {
    const ids = [await ended(own(7)), await ended(own(8))];
    n8n.treat = ({ path: at }) => (at.includes('/7/') ? finished : respond(200, { woken: true }));
    const outcomes = async () => (await sweep()).items('ProcessMaker').map(({ requestId }) => requestId);
    expect(await outcomes()).toEqual(ids);
    expect(await outcomes()).toEqual([ids[1]]);
    n8n.treat = () => finished;
    expect(await outcomes()).toEqual([ids[1]]);
    expect(await outcomes()).toEqual([]);
    expect(n8n.calls).toHaveLength(4);
  });

  it('shows a person who tries it all that it finds, again and again', async () => {
    answerWith(finished);
    await ended(own(7));
    for (const mode of ['trigger', 'manual'] as const) {
      const run = await sweep({}, { mode });
      expect(run.items('ProcessMaker')).toMatchObject([{ outcome: 'over' }]);
    }
  });

  it('calls again for a Request that was changed since, as by a later wait', async () => {
    answerWith(finished);
    const id = await ended(own(7), {}, 2);
    harness.server.failRequest(id, 'It broke down.');
    await sweep();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    harness.server.failRequest(id, 'It broke down again.');
    await sweep();
    expect(n8n.calls).toHaveLength(2);
  });

  it('calls for the other Requests when one of them does not show its summary', async () => {
    await ended(own(7));
    await ended(own(8));
    harness.gateway.treat = (call) =>
      call.path.includes('summary')
        ? async (response, forward) => {
            const { status, headers, body } = await forward();
            const list = JSON.parse(body) as { data: IDataObject[] };
            delete list.data[0]?.summary;
            response.writeHead(status, headers).end(JSON.stringify(list));
          }
        : pass;
    const run = await sweep();
    const message = expect.stringContaining('does not show the summary of Request') as string;
    expect(run.items('ProcessMaker').map(({ outcome }) => outcome)).toEqual(['notYet', 'woken']);
    expect(run.items('ProcessMaker')[0]).toMatchObject({ requestId: expect.any(Number) as number, message });
    expect(called()).toHaveLength(1);
  });

  it.each([0, -1, 91, 'often'])('takes no number of days like %s', async (days) => {
    const run = await sweep({ days });
    expect(run.error?.message).toMatch(/'Days' is not a number above 0/);
    expect(harness.gateway.calls).toEqual([]);
  });
});
