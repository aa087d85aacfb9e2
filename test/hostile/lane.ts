import type { ServerResponse } from 'node:http';
import type { CredentialData } from '../support/credentials';
import type { Engine } from '../support/engine';
import {
  resetAfter,
  respond,
  pass,
  startGateway,
  type Behaviour,
  type Call,
  type Gateway,
} from '../support/gateway';
import { Harness, type User } from '../support/harness';
import { TICKS_A_SECOND, untilTicks } from './fast-time';
import { isChange, type Fault, type Treatment } from './faults/fault';
import { MOST_CALLS } from './limits';
import type { Random } from './random';
import { HEADER_SECRET, secretsIn } from './secrets';
import type { Subject } from './subjects/subject';

/** Connections that end by themselves have so long after a case, unless its fault says else. */
const TICKS_TO_CLOSE = 2 * TICKS_A_SECOND;

const OPTIONS = { queue: 'sync', reassigns: true } as const;

/** Which calls of a case meet its fault. */
type Aim = (call: Call, index: number) => boolean;
const ALL: Aim = () => true;
const CHANGES: Aim = (call) => isChange(call);
const AIMS: Aim[] = [ALL, ALL, ALL, (_, index) => index === 0, (_, index) => index > 0];

/** A ProcessMaker behind a gateway that can be hostile, for one case after the other. */
export class Lane {
  readonly harness = new Harness();
  fault: Fault | undefined;
  /** What nobody may see in this case. */
  secrets: string[] = [];
  /** How many calls have met the fault. */
  hits = 0;
  /** Why the case does not end. */
  endless: string | undefined;
  /** No call is responded to any more as the server would. */
  isGivenUp = false;
  private elsewhere!: Gateway;
  private treatment: Treatment = () => undefined;
  private aim: Aim = () => true;
  private calls = 0;
  private index = 0;
  private losesChange = false;
  private readonly open = new Set<ServerResponse>();

  async begin(engine: Engine): Promise<void> {
    await this.harness.open(OPTIONS, engine);
    this.elsewhere = await startGateway(this.harness.server.url);
  }

  /** Puts the lane back, with a healthy server. */
  reset(fault: Fault): void {
    this.harness.reset();
    this.harness.server.calls.length = 0;
    this.elsewhere.reset();
    this.fault = fault;
    this.secrets = [];
    this.hits = 0;
    this.endless = undefined;
    this.isGivenUp = false;
    this.makeHealthy();
  }

  /** From now on, calls meet the fault. */
  makeHostile({ after, changes, isBounded }: Subject, fault: Fault, random: Random): void {
    this.countAnew();
    this.index = 0;
    this.treatment = fault.begin(random, { elsewhere: this.elsewhere.url, secrets: this.secrets });
    // n8n's own test of a credential makes one call.
    const aims = isBounded ? [...AIMS, ...(changes ? [CHANGES] : [])] : [ALL];
    const aim = random.pick(aims);
    this.aim = after > 0 ? (_, index) => index >= after : aim;
    // What became of a lost change is looked up, and so meets the faults of lists.
    this.losesChange = changes && aim !== CHANGES && random.oneIn(3);
    this.harness.gateway.treat = (call) => this.tracked(this.treat(call, fault));
  }

  makeHealthy(): void {
    this.countAnew();
    this.harness.gateway.treat = () => this.tracked(this.count() ?? pass);
  }

  /** The next poll has its own calls. */
  countAnew(): void {
    this.calls = 0;
  }

  credentials(user: User = 'limited'): CredentialData {
    const { processMakerApi = {} } = this.harness.credentials(user);
    this.secrets.push(this.harness.server.tokens[user], HEADER_SECRET);
    const extraHeaders = { header1: { name: 'X-Gateway-Key', value: HEADER_SECRET } };
    return { processMakerApi: { ...processMakerApi, extraHeaders } };
  }

  /** Ends what does not end by itself. */
  giveUp(): void {
    this.isGivenUp = true;
    for (const response of this.open) response.destroy();
  }

  /** @returns the connections that are left open, and tokens at the other server */
  async leaks(): Promise<string[]> {
    const ticks = this.fault?.ticksToClose ?? TICKS_TO_CLOSE;
    for (let waited = 0; waited < ticks && this.open.size > 0; waited++) await untilTicks(1);
    const left = this.open.size;
    for (const response of this.open) response.destroy();
    const elsewhere = this.elsewhere.calls.filter(({ path, headers, body }) => {
      const text = [path, body, ...Object.values(headers).flat()].join(' ');
      return secretsIn(text, this.secrets).length > 0;
    });
    return [
      ...(left > 0 ? [`${left} connections are left open`] : []),
      ...(elsewhere.length > 0 ? [`${elsewhere.length} calls took a token to another origin`] : []),
    ];
  }

  async close(): Promise<void> {
    await this.elsewhere.close();
    await this.harness.close();
  }

  private treat(call: Call, { mostHits = Infinity, sparesTokenCalls }: Fault): Behaviour {
    const refused = this.count();
    if (refused) return refused;
    if (sparesTokenCalls && call.path.startsWith('/oauth/')) return pass;
    if (this.losesChange && isChange(call)) {
      this.losesChange = false;
      return resetAfter;
    }
    if (this.hits >= mostHits || !this.aim(call, this.index++)) return pass;
    const behaviour = this.treatment(call);
    if (!behaviour) return pass;
    this.hits++;
    return behaviour;
  }

  /** What ends a case that makes too many calls; nothing repeats a call that is refused so. */
  private count(): Behaviour | undefined {
    this.calls++;
    if (this.calls > MOST_CALLS) this.endless ??= `it has made more than ${MOST_CALLS} calls`;
    return this.calls > MOST_CALLS || this.isGivenUp
      ? respond(401, { error: 'Unauthenticated.' })
      : undefined;
  }

  private tracked(behaviour: Behaviour): Behaviour {
    return async (response, forward) => {
      this.open.add(response);
      response.once('close', () => this.open.delete(response));
      await behaviour(response, forward);
    };
  }
}
