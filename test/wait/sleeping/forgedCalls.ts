import { randomUUID } from 'node:crypto';
import { drip, redirect, resetAfter, respond, truncate, type Behaviour } from '../../support/gateway';
import { FORGED, requestsIn } from './calls';
import { PROCESS, type Scene } from './scene';
import { sleepersOf, type Sleeper } from './sleepers';

const NOT_ENDED = /^409 notEnded$/;
const NOT_THIS_WAIT = /^410 notThisWait$/;
const NOT_READABLE = /^503 notReadable$/;
const INVALID_TOKEN = /^401 $/;
/** n8n itself refuses what it cannot read or does not know, by many statuses; only a success would be wrong. */
const REFUSED = /^[45]\d\d /;

/** Makes calls that must not wake anybody, and notes the answers of n8n that are not as they should be. */
export class Forger {
  readonly surprises: string[] = [];

  constructor(private readonly scene: Scene) {}

  /** Makes one call. */
  async call(
    kind: string,
    { name }: Sleeper,
    url: URL,
    expected: RegExp,
    init: RequestInit = {},
  ): Promise<void> {
    const headers = { [FORGED]: kind, ...(init.headers as Record<string, string> | undefined) };
    const answer = await fetch(url, { method: 'POST', ...init, headers, redirect: 'manual' }).then(
      async (response) => `${response.status} ${codeOf(await response.text())}`,
      (error: unknown) => `no answer: ${String(error)}`,
    );
    if (!expected.test(answer)) this.surprises.push(`${kind} for ${name}: ${answer}`);
  }

  /** The right URL, too early. */
  async tooEarly(sleepers: Sleeper[]): Promise<void> {
    await Promise.all(
      sleepers.map((sleeper) => this.call('too early', sleeper, this.scene.url(sleeper), NOT_ENDED)),
    );
  }

  /** Other signatures, other tags and other addresses. */
  async wrongAddresses(sleepers: Sleeper[]): Promise<void> {
    await Promise.all(
      sleepers.map(async (sleeper, index) => {
        const stranger = sleepers[(index + 1) % sleepers.length] ?? sleeper;
        const calls = wrongAddresses(this.scene.url(sleeper), this.scene.url(stranger));
        for (const [kind, url, expected, method = 'POST'] of calls) {
          await this.call(kind, sleeper, url, expected, { method });
        }
      }),
    );
  }

  /** Bodies that lie, and bodies that cannot be read. */
  async bodies(sleepers: Sleeper[]): Promise<void> {
    await Promise.all(
      sleepers.flatMap((sleeper) =>
        BODIES.map(([kind, type, body]) =>
          this.call(kind, sleeper, this.scene.url(sleeper), REFUSED, {
            headers: { 'content-type': type },
            body,
          }),
        ),
      ),
    );
  }

  /** Calls while ProcessMaker gives each sleeper another useless response. */
  async unreadable(sleepers: Sleeper[]): Promise<void> {
    const names = sleepers.map(({ name }) => name);
    this.scene.treat = (call) => {
      const index = names.indexOf(this.scene.sleeperIn(call) ?? '');
      return index < 0 ? undefined : RESPONSES[index % RESPONSES.length]?.(requestsIn(call)[0] ?? 0);
    };
    await this.perSleeper('unreadable', sleepers, NOT_READABLE);
    this.scene.treat = () => undefined;
    await this.perSleeper('readable again', sleepers, NOT_ENDED);
  }

  /** Many calls at once. Gives the most reads that one of the sleepers has caused, and the seconds that it took. */
  async flood(sleepers: Sleeper[], calls: number): Promise<{ reads: number; seconds: number }> {
    const before = this.scene.instance.calls.length;
    const began = Date.now();
    await Promise.all(
      sleepers.flatMap((sleeper) =>
        Array.from({ length: calls }, async () => {
          await this.call('flood', sleeper, this.scene.url(sleeper), NOT_ENDED);
        }),
      ),
    );
    const seconds = (Date.now() - began) / 1000;
    const reads = sleepers.map(({ name }) => {
      const read = this.scene.instance.calls.slice(before);
      return read.filter((call) => this.scene.sleeperIn(call) === name).length;
    });
    return { reads: Math.max(...reads), seconds };
  }

  /** One call for each, which must be answered so. */
  async perSleeper(kind: string, sleepers: Sleeper[], expected = NOT_READABLE): Promise<void> {
    await Promise.all(sleepers.map((sleeper) => this.call(kind, sleeper, this.scene.url(sleeper), expected)));
  }
}

/** All that sleep in peace, until a call comes. */
export const peaceful = (): Sleeper[] =>
  sleepersOf('plain', 'disturbed', 'stopped', 'killed', 'between', 'parent', 'foreign', 'flooded');

/** The kinds of addresses that are not that of a sleeper, or not as it is called, and what is answered there. */
function wrongAddresses(
  own: URL,
  { searchParams: stranger }: URL,
): Array<[kind: string, url: URL, expected: RegExp, method?: string]> {
  const signature = stranger.get('signature') ?? '';
  const tag = stranger.get('wait') ?? '';
  const isObject = own.href.replace('wait=', 'wait[__proto__][x]=');
  return [
    ['a forged signature', withQuery(own, { signature: 'f'.repeat(signature.length) }), INVALID_TOKEN],
    ['a short signature', withQuery(own, { signature: 'x' }), INVALID_TOKEN],
    ['no signature', withQuery(own, { signature: undefined }), INVALID_TOKEN],
    ['the signature of another', withQuery(own, { signature }), INVALID_TOKEN],
    ['no tag', withQuery(own, { wait: undefined }), NOT_THIS_WAIT],
    ['an unknown tag', withQuery(own, { wait: randomUUID() }), NOT_THIS_WAIT],
    ['the tag of another', withQuery(own, { wait: tag }), NOT_THIS_WAIT],
    ['a tag of 4000 characters', withQuery(own, { wait: 'w'.repeat(4000) }), NOT_THIS_WAIT],
    ['two tags', new URL(`${own.href}&wait=x`), REFUSED],
    ['a tag that is an object', new URL(isObject), REFUSED],
    ['the status in the query', new URL(`${own.href}&status=COMPLETED&id=1`), NOT_ENDED],
    ['another path', withPath(own, (path) => `${path}/more`), REFUSED],
    ['the path of a Callback', withPath(own, (path) => path.replace(/\/processmaker$/, '')), REFUSED],
    ['GET', own, REFUSED, 'GET'],
    ['PUT', own, REFUSED, 'PUT'],
    ['DELETE', own, REFUSED, 'DELETE'],
  ];
}

function codeOf(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}

function withQuery(url: URL, changes: Record<string, string | undefined>): URL {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed;
}

function withPath(url: URL, change: (path: string) => string): URL {
  const changed = new URL(url);
  changed.pathname = change(changed.pathname);
  return changed;
}

const JSON_TYPE = 'application/json';
const LIE = { status: 'COMPLETED', completed_at: '2026-01-01T00:00:00Z', timedOut: true, woken: true };
const PART = '--b\r\ncontent-disposition: form-data; name="f"; filename="f.txt"\r\n\r\nx\r\n';

/** What is sent, its content type, and its body. */
const BODIES: Array<[kind: string, type: string, body: string]> = [
  ['a body that lies', JSON_TYPE, JSON.stringify(LIE)],
  ['a list', JSON_TYPE, JSON.stringify([[{ json: LIE }]])],
  ['null', JSON_TYPE, 'null'],
  ['keys of the prototype', JSON_TYPE, '{"__proto__":{"status":"COMPLETED"},"constructor":null}'],
  ['broken JSON', JSON_TYPE, '{"status":"COMPL'],
  ['20,000 brackets', JSON_TYPE, '['.repeat(20_000)],
  ['17 MB', JSON_TYPE, `{"a":"${'x'.repeat(17 * 1024 * 1024)}"}`],
  ['an unknown character set', `${JSON_TYPE}; charset=none`, '{}'],
  ['broken XML', 'application/xml', '<a><b></a>'],
  ['a form', 'application/x-www-form-urlencoded', 'a[b][c]=1&__proto__[x]=1&wait=x&signature=x'],
  ['a file', 'multipart/form-data; boundary=b', `${PART}--b--\r\n`],
  ['half a file', 'multipart/form-data; boundary=b', PART],
  ['a file without boundary', 'multipart/form-data', PART],
  ['bytes', 'application/octet-stream', '\u0000\u0001\u0002'],
];

const ended = { status: 'COMPLETED', errors: null, completed_at: '2026-01-01T00:00:00+00:00' };

/** What a ProcessMaker responds that does not say what has become of a Request. */
const RESPONSES: Array<(id: number) => Behaviour> = [
  () => respond(500, { message: 'Server Error' }),
  () => respond(200, '<html>Sign in</html>'),
  () => respond(200, {}),
  () => respond(200, []),
  () => respond(200, { data: [], meta: { total: 0 } }),
  (id) => respond(200, { id, ...ended }),
  (id) => respond(200, { data: [{ id, ...ended }], meta: { total: 1 } }),
  (id) =>
    respond(200, { data: [{ id, uuid: randomUUID(), process_id: PROCESS, ...ended }], meta: { total: 1 } }),
  () => respond(401, { error: 'Unauthenticated.' }),
  () => respond(403, { message: 'This action is unauthorized.' }),
  () => respond(404, { message: 'No query results for model' }),
  () => redirect(302, 'http://127.0.0.1:9/'),
  () => respond(503, { message: 'Service Unavailable' }),
  () => respond(429, { message: 'Too Many Attempts.' }),
  () => resetAfter,
  () => truncate,
  () => drip(15_000),
];
