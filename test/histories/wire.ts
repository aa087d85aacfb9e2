import { Readable } from 'node:stream';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { asText } from '../../nodes/ProcessMaker/guards';
import { pass } from '../support/virtual-clock';
import { DELAYS, type Fault, type PlacedFault } from './faults';
import type { Act } from './model/others';
import { type Answer, type Call, json } from './model/answer';
import type { World } from './model/processmaker';
import { readForm } from './model/form';
import type { Thing } from './operations';

/** One way, in milliseconds. */
const WAY_MS = 20;
/** When what was refused is there after all: soon enough for a repeat, and too late for this attempt. */
const REVEAL_AFTER_MS = 500;
/** Between two pieces of a slow response, and how many. */
const [DRIP_MS, DRIPS] = [2000, 4];

/** What is at the other end: the model, or the stand-in. */
export interface Backend {
  world: World;
  listLag: number;
  movesRows: boolean;
  answer: (call: Call) => Answer | Promise<Answer>;
  begin: (call: Call) => () => Answer;
  /** What another user does about that of which a call is. */
  act?: (what: Act, call: Call) => void;
}

/** A call that was sent, and what came of it. */
export interface SentCall extends Call {
  isChange: boolean;
  /** As ProcessMaker has given it, whatever the network made of it. */
  answer?: Answer;
  fault?: Fault;
  /** When the caller knew what it knows of it. */
  endedAt?: number;
  status?: number;
  /** It has got a response, or has learnt that there was no connection. */
  isAnswered?: true;
}

/** n8n's calls on their way to ProcessMaker, with what goes wrong there. */
export class Wire {
  readonly calls: SentCall[] = [];

  /** What a server carries out later. */
  private pending = 0;

  /** Executions whose n8n has crashed: nothing of them comes to ProcessMaker any more. */
  private readonly dead = new Set<string>();

  /** Things that are not there until a call for one of them was refused: what makes n8n repeat the node. */
  hidden: Array<Pick<Thing, 'json' | 'number' | 'reveal'>> = [];

  /** What was thrown that a network does not throw. */
  unforeseen: Error | undefined;

  /** Is called when a fault has begun. */
  onFault: ((call: SentCall) => void) | undefined;

  constructor(
    private readonly server: Backend,
    private readonly faults: PlacedFault[],
    private readonly tell: (text: string) => void,
  ) {}

  kill(sender: string): void {
    this.dead.add(sender);
  }

  /** Waits until nothing is carried out any more. */
  async settle(): Promise<void> {
    while (this.pending > 0) await pass(1000);
  }

  /** In the place of n8n's HTTP client. */
  async request(options: IHttpRequestOptions): Promise<unknown> {
    const call = readCall(options);
    if (this.dead.has(call.sender)) return await never(options);
    this.calls.push(call);
    call.fault = this.faultOf(call);
    this.tell(
      `${call.sender}: ${call.method} ${call.path}${shown(call.query)}${call.fault ? `  ← ${call.fault.name}` : ''}`,
    );
    if (call.fault) this.onFault?.(call);
    try {
      const response = await Promise.race([this.exchange(call, options), ended(options)]);
      call.isAnswered = true;
      return response;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ECONNREFUSED') call.isAnswered = true;
      // No network throws this: the model does not know the call.
      if (code === undefined) this.unforeseen ??= error as Error;
      throw error;
    } finally {
      call.endedAt = Date.now();
    }
  }

  /** What is not there yet is refused, whatever the network does: it would look deleted. */
  private faultOf(call: SentCall): Fault | undefined {
    if (this.hiddenIn(call)) return undefined;
    const all = this.calls.length - 1;
    const changes = this.calls.filter(({ isChange }) => isChange).length - 1;
    const here = this.faults.find(({ of, nth }) =>
      of === 'calls' ? nth === all : call.isChange && nth === changes,
    );
    return here?.fault;
  }

  private async exchange(call: SentCall, options: IHttpRequestOptions): Promise<unknown> {
    await pass(WAY_MS);
    const { fault } = call;
    if (!fault) {
      const answer = await this.refuseOnce(call);
      call.answer = answer;
      await this.committed(answer);
      return await this.respond(call, answer);
    }
    const { does, sees, listLag, movesRows, other } = fault;
    if (listLag) this.lag(listLag);
    if (movesRows) this.server.movesRows = true;
    if (other?.when === 'before') this.server.act?.(other.act, call);
    let answer: Answer | undefined;
    if (does === 'now') answer = await this.server.answer(call);
    if (does === 'soon' || does === 'late') {
      const wait = DELAYS[does] + (sees === 'timeout' ? Number(options.timeout) : 0);
      this.carryOutLater(call, wait);
    }
    if (other?.when === 'after') this.server.act?.(other.act, call);
    if (sees === 'doubled by a proxy') await this.server.answer({ ...call, sender: 'proxy' });
    return await this.fail(call, fault, answer);
  }

  private hiddenIn({ path, body }: SentCall) {
    const { number } = body as { number?: string };
    return this.hidden.find(({ json, ...thing }) =>
      number === undefined ? path.split('/').includes(asText(json.id)) : thing.number === number,
    );
  }

  private async refuseOnce(call: SentCall): Promise<Answer> {
    const answer = await this.server.answer(call);
    const isRefused = answer.status === 403 || answer.status === 404;
    const one = this.hiddenIn(call);
    if (!one || !isRefused) return answer;
    // When the node is through with this attempt.
    setTimeout(() => {
      one.reveal();
      this.hidden = this.hidden.filter((other) => other !== one);
    }, REVEAL_AFTER_MS);
    return answer;
  }

  private lag(milliseconds: number): void {
    this.server.listLag = milliseconds;
    setTimeout(() => (this.server.listLag = 0), milliseconds);
  }

  private carryOutLater(call: SentCall, milliseconds: number): void {
    this.pending++;
    const end = this.server.begin(call);
    setTimeout(() => {
      this.pending--;
      const { status } = end();
      this.tell(`ProcessMaker only now carries out ${call.method} ${call.path}: ${status}`);
    }, milliseconds);
  }

  private async fail(call: SentCall, { sees }: Fault, answer: Answer | undefined): Promise<unknown> {
    switch (sees) {
      case 'response':
        if (!answer) throw new Error('A response needs an answer.');
        call.answer = answer;
        await this.committed(answer);
        return await this.respond(call, answer);
      case 'reset':
        await pass(WAY_MS);
        throw networkError('ECONNRESET', 'socket hang up');
      case 'refused':
        throw networkError('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443', 'connect');
      case 'timeout':
        return await new Promise(() => undefined);
      case 'own 500':
        return await this.respond(call, json(500, { message: 'Server Error' }));
      case "gateway's 500":
        return await this.respond(call, page(500));
      case '502':
        return await this.respond(call, page(502));
      case "gateway's 503":
        return await this.respond(call, page(503));
      case '504':
        return await this.respond(call, page(504));
      case 'page with 200':
        return await this.respond(call, page(200));
      case '429':
        return await this.respond(call, json(429, { message: 'Too Many Attempts.' }));
      case '429 with Retry-After':
        return await this.respond(call, withRetryAfter(json(429, { message: 'Too Many Attempts.' }), 3));
      case 'maintenance':
        return await this.respond(call, maintenance());
      case 'maintenance with Retry-After':
        return await this.respond(call, withRetryAfter(maintenance(), 5));
      case 'cut body':
      case 'slow drip':
      case 'doubled by a proxy':
        if (answer) await this.committed(answer);
        return await this.respond(call, answer ?? page(502), sees);
    }
  }

  /** ProcessMaker responds to a start when it has committed it. */
  private async committed({ status }: Answer): Promise<void> {
    if (status === 201) await pass(this.server.world.commitDelay);
  }

  private async respond(
    call: SentCall,
    { status, headers, body }: Answer,
    how?: Fault['sees'],
  ): Promise<unknown> {
    await pass(WAY_MS);
    call.status = status;
    const all = { date: new Date().toUTCString(), ...headers };
    const bytes = Buffer.from(body);
    if (how === 'cut body') return { statusCode: status, headers: all, body: Readable.from(cut(bytes)) };
    if (how === 'slow drip') return { statusCode: status, headers: all, body: Readable.from(drip(bytes)) };
    return { statusCode: status, headers: all, body: Readable.from(bytes.length > 0 ? [bytes] : []) };
  }
}

async function* cut(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, bytes.length / 2);
  await pass(WAY_MS);
  throw networkError('ECONNRESET', 'aborted');
}

async function* drip(bytes: Buffer): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.ceil(bytes.length / DRIPS));
  for (let from = 0; from < bytes.length; from += size) {
    await pass(DRIP_MS);
    yield bytes.subarray(from, from + size);
  }
}

function page(status: number): Answer {
  const body = `<html><body><h1>${status}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

const maintenance = (): Answer => ({
  status: 503,
  headers: { 'content-type': 'application/json' },
  body: '{\n    "message": "Service Unavailable"\n}',
});

function withRetryAfter(answer: Answer, seconds: number): Answer {
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
}

function networkError(code: string, message: string, syscall?: string): Error {
  return Object.assign(new Error(message), { code, ...(syscall && { syscall }) });
}

/** The client's own timeout, or the end of the execution. */
async function ended({ timeout, abortSignal, agentOptions }: IHttpRequestOptions): Promise<never> {
  return await new Promise((_, reject) => {
    const fail = (code: string) => reject(networkError(code, code));
    if (timeout) setTimeout(() => fail('ECONNABORTED'), timeout);
    const { signal } = (agentOptions ?? {}) as { signal?: AbortSignal };
    for (const one of [abortSignal as AbortSignal | undefined, signal]) {
      if (one?.aborted) fail('ERR_CANCELED');
      one?.addEventListener('abort', () => fail('ERR_CANCELED'));
    }
  });
}

const never = async (options: IHttpRequestOptions) => await ended({ ...options, timeout: 0 });

function readCall({ method = 'GET', url, qs, body, headers = {} }: IHttpRequestOptions): SentCall {
  const { pathname } = new URL(url);
  const query = Object.fromEntries(Object.entries(qs ?? {}).map(([name, value]) => [name, asText(value)]));
  const contentType = asText([headers['Content-Type'] ?? headers['content-type']].flat()[0]);
  const token = asText(headers.Authorization).replace(/^Bearer /, '');
  return {
    method,
    path: pathname,
    query,
    body: Buffer.isBuffer(body) ? readForm(body, contentType) : readJson(body),
    ...((typeof body === 'string' || Buffer.isBuffer(body)) && { raw: body, contentType }),
    sender: token,
    at: Date.now(),
    isChange: method !== 'GET',
  };
}

const readJson = (body: unknown): unknown =>
  typeof body === 'string' && body !== '' ? JSON.parse(body) : {};

const shown = (query: Record<string, string>): string =>
  query.pmql === undefined ? '' : `?pmql=${query.pmql}`;
