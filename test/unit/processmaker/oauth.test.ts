import { startProcessMaker, type ProcessMaker } from '../../processmaker';

const BACK = 'http://localhost:5678/rest/oauth2-credential/callback';

let processMaker: ProcessMaker;
let cookie: string;

beforeEach(async () => {
  processMaker = await startProcessMaker();
  cookie = '';
});

afterEach(() => processMaker.close());

/** Calls as a browser that keeps its cookie and does not follow. */
async function browse(path: string, form?: Record<string, string>): Promise<Response> {
  const response = await fetch(new URL(path, processMaker.url), {
    redirect: 'manual',
    headers: { cookie },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
  return response;
}

async function tokenCall(
  form: Record<string, string>,
  basic = true,
): Promise<{ status: number; body: ResponseBody }> {
  const { id, secret } = processMaker.oauth.client;
  const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
  const response = await fetch(`${processMaker.url}/oauth/token`, {
    method: 'POST',
    ...(basic ? { headers } : {}),
    body: new URLSearchParams(basic ? form : { ...form, client_id: id, client_secret: secret }),
  });
  return { status: response.status, body: (await response.json()) as ResponseBody };
}

interface ResponseBody {
  access_token: string;
  refresh_token: string;
  error?: string;
  hint?: string;
}

async function apiStatus(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${processMaker.url}/api/1.0/requests?per_page=1`, { headers })).status;
}

const authorizePath = (redirectUri = BACK): string =>
  `/oauth/authorize?${new URLSearchParams({
    client_id: processMaker.oauth.client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'a state',
  }).toString()}`;

async function signIn(password: string): Promise<Response> {
  return browse('/login', { username: 'limited', password });
}

async function approvalToken(): Promise<string> {
  const page = await (await browse(authorizePath())).text();
  return /name="auth_token" value="(\w+)"/.exec(page)?.[1] ?? '';
}

async function codeOf(form: Record<string, string> = {}): Promise<URL> {
  await signIn(processMaker.oauth.password('limited'));
  const response = await browse('/oauth/authorize', { auth_token: await approvalToken(), ...form });
  return new URL(response.headers.get('location') ?? '');
}

test('a browser is sent to the sign-in page, and then to where it wanted to go', async () => {
  const first = await browse(authorizePath());
  expect([first.status, first.headers.get('location')]).toEqual([302, '/login']);
  expect((await signIn('wrong')).status).toBe(422);
  const second = await signIn(processMaker.oauth.password('limited'));
  expect(second.headers.get('location')).toBe(authorizePath());
});

test.each([true, false])('a code is good for tokens once (client in the header: %s)', async (basic) => {
  const target = await codeOf();
  expect(target.searchParams.get('state')).toBe('a state');
  const code = target.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: BACK };
  const first = await tokenCall(form, basic);
  expect(first.status).toBe(200);
  expect(await apiStatus(first.body.access_token)).toBe(200);
  const again = await tokenCall(form, basic);
  expect([again.status, again.body.error, again.body.hint]).toEqual([
    400,
    'invalid_request',
    'Authorization code has been revoked',
  ]);
});

test('a person can refuse', async () => {
  const target = await codeOf({ _method: 'DELETE' });
  expect(target.searchParams.get('error')).toBe('access_denied');
  expect(target.searchParams.has('code')).toBe(false);
});

test('nobody is sent to an address that is not registered', async () => {
  expect((await browse(authorizePath('http://elsewhere.example/'))).status).toBe(401);
});

test('a refresh kills the tokens before it', async () => {
  const old = processMaker.oauth.issue('limited');
  const form = { grant_type: 'refresh_token', refresh_token: old.refreshToken ?? '' };
  const { body } = await tokenCall(form);
  expect(await apiStatus(body.access_token)).toBe(200);
  expect(await apiStatus(old.accessToken)).toBe(401);
  const again = await tokenCall(form);
  expect([again.status, again.body.hint]).toEqual([401, 'Token has been revoked']);
});

test('a token ends after the calls that it is given, and its refresh token does not', async () => {
  const { accessToken, refreshToken = '' } = processMaker.oauth.issue('limited');
  processMaker.oauth.expire(accessToken, 2);
  const statuses = [await apiStatus(accessToken), await apiStatus(accessToken), await apiStatus(accessToken)];
  expect(statuses).toEqual([200, 200, 401]);
  expect((await tokenCall({ grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(200);
});

test('a revoked token cannot be refreshed', async () => {
  const { accessToken, refreshToken = '' } = processMaker.oauth.issue('limited');
  processMaker.oauth.revoke(accessToken);
  expect(await apiStatus(accessToken)).toBe(401);
  expect((await tokenCall({ grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(401);
});

test('a token for client credentials is issued and good for nothing', async () => {
  const { status, body } = await tokenCall({ grant_type: 'client_credentials' });
  expect(status).toBe(200);
  expect(body.refresh_token).toBeUndefined();
  expect(await apiStatus(body.access_token)).toBe(401);
});

test('the token route takes 60 calls a minute', async () => {
  const statuses = new Set<number>();
  for (let call = 0; call < 60; call += 1) statuses.add((await tokenCall({ grant_type: 'none' })).status);
  expect([...statuses]).toEqual([400]);
  expect((await tokenCall({ grant_type: 'none' })).status).toBe(429);
});
