import { respond } from '../support/gateway';
import { startTasks } from '../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

const harness = useHarness();

const SECRET = 'gate/way+"secret"=5150 é';
const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };

const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(4, '0');
const jsonEscape = (char: string) => `\\u${hex(char)}`;

const FORMS: Array<[string, string]> = [
  ['as it is', SECRET],
  ['percent-encoded', encodeURIComponent(SECRET)],
  [
    'percent-encoded with small letters',
    encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
  ['with each character encoded', [...Buffer.from(SECRET)].map((byte) => `%${byte.toString(16)}`).join('')],
  ['in capitals', SECRET.toUpperCase()],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['with each character escaped as in JSON', [...SECRET].map(jsonEscape).join('')],
  ['in JSON within JSON', [...SECRET].map((char) => `\\${jsonEscape(char)}`).join('')],
  ['in HTML', SECRET.replaceAll('"', '&quot;')],
  ['in HTML by numbers', [...SECRET].map((char) => `&#${char.codePointAt(0)};`).join('')],
  ['in HTML by hexadecimal numbers', [...SECRET].map((char) => `&#x${hex(char)};`).join('')],
  ['over several lines', `${SECRET.slice(0, 9)}\r\n\t${SECRET.slice(9, 14)}\\n${SECRET.slice(14)}`],
  ['in JSON as PHP writes it', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
];

it.each(FORMS)('shows no secret that a refusal quotes %s', async (_, form) => {
  const { processMakerApi = {} } = harness.credentials();
  const extraHeaders = { header1: { name: 'X-Gateway-Key', value: SECRET } };
  harness.gateway.treat = () => respond(422, { message: `Refused <${form}>`, errors: { [form]: [form] } });
  const run = await harness.start(TARGET, {
    credentials: { processMakerApi: { ...processMakerApi, extraHeaders } },
    settings: ERROR_OUTPUT,
  });
  expect(failedItems(run)[0]?.description).toBe('***: ***.');
  expect(run.text).not.toContain(form);
});

it.each(['', 'u', 'us', 'user:'])(
  'shows no secret that a refusal quotes in base64 behind "%s"',
  async (before) => {
    const { processMakerApi = {} } = harness.credentials();
    const extraHeaders = { header1: { name: 'X-Gateway-Key', value: SECRET } };
    const inBase64 = Buffer.from(`${before}${SECRET}!`).toString('base64');
    const core = inBase64.slice(8, -4);
    const forms = [
      inBase64,
      inBase64.replaceAll('+', '-').replaceAll('/', '_'),
      `${inBase64.slice(0, 12)}\n${inBase64.slice(12)}`,
    ];
    for (const form of forms) {
      harness.gateway.treat = () => respond(422, { message: `Refused <${form}>` });
      const run = await harness.start(TARGET, {
        credentials: { processMakerApi: { ...processMakerApi, extraHeaders } },
        settings: ERROR_OUTPUT,
      });
      expect(failedItems(run)[0]?.description).toContain('***');
      expect(run.text.replaceAll('-', '+').replaceAll('_', '/')).not.toContain(core);
      expect(run.text).not.toContain(form.slice(12, -4));
    }
  },
);

it('reads a long text without end of what begins like a secret', async () => {
  const { processMakerApi = {} } = harness.credentials();
  const value = 'ab'.repeat(600);
  const extraHeaders = { header1: { name: 'X-Gateway-Key', value } };
  const text = `${'ab\n \n'.repeat(50_000)}${value}`;
  harness.gateway.treat = () => respond(422, { message: text });
  const run = await harness.start(TARGET, {
    credentials: { processMakerApi: { ...processMakerApi, extraHeaders } },
    settings: ERROR_OUTPUT,
  });
  expect(run.text).not.toContain(value);
});

describe.each([
  ['a failed item', ERROR_OUTPUT],
  ['a failed run', {}],
])('%s', (_, settings) => {
  itWith('the renewal of OAuth2 tokens')(
    'of a wait shows no token that n8n has renewed since, and the engine quotes',
    async () => {
      const [{ requestId = 0 } = {}] = await startTasks(harness);
      const { client } = harness.server.oauth;
      const old = harness.server.oauth.issue('limited');
      harness.server.oauth.expire(old.accessToken, 0);
      let renewed = '';
      harness.gateway.treat = ({ headers: { authorization = '' }, path }) => {
        if (!path.startsWith('/api/') || authorization.includes(old.accessToken) || renewed) return undefined;
        renewed = authorization.replace('Bearer ', '');
        harness.server.failRequest(requestId, `The script was called with ${authorization}.`);
        return undefined;
      };
      const run = await harness.start(
        {
          authentication: 'oAuth2',
          resource: 'request',
          operation: 'wait',
          request: locator('id', requestId),
          waitFor: 'finish',
        },
        {
          credentials: {
            processMakerOAuth2Api: {
              instanceUrl: harness.gateway.url,
              clientId: client.id,
              clientSecret: client.secret,
              oauthTokenData: {
                access_token: old.accessToken,
                refresh_token: old.refreshToken ?? '',
                token_type: 'Bearer',
              },
            },
          },
          settings,
        },
      );
      expect(renewed).not.toBe('');
      expect(run.text).toContain('The script was called with Bearer ***');
      expect(run.text).not.toContain(renewed);
    },
  );
});
