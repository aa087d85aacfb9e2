import { toApiTime, toSqlTime } from '../processmaker/database/time';
import type { SimulatedRequest } from './history';
import type { ScriptPlan } from './plan';
import type { ScriptElement, SimulatedServer } from './server';

/** The scripts of each process. Attempts less than two seconds apart look like one breakdown. */
export const SCRIPTS: ScriptElement[] = [
  { id: 'once', retries: 0, waitSeconds: 0 },
  { id: 'at_once', retries: 2, waitSeconds: 0 },
  { id: 'soon', retries: 1, waitSeconds: 7 },
  { id: 'in_a_minute', retries: 2, waitSeconds: 60 },
  { id: 'later', retries: 1, waitSeconds: 400 },
];

/** After so many runs no script is tried again. */
export const MOST_RUNS = 4;

/** How long a retry by hand waits in the queue. */
const QUEUE_SECONDS = 5;
const RUN_SECONDS = 3;

/** An entry of what a Request notes of its failures. */
export interface FailureEntry {
  created_at: string;
  message: string;
  element_id?: string;
}

/** What a script does to its Request, in the history that it belongs to. */
export interface ScriptHost {
  server: SimulatedServer;
  at(moment: number, happen: () => void): void;
  /** Writes something of a Request, which becomes visible when what was written before it is visible. */
  writeLate(request: SimulatedRequest, delay: number, write: () => void): void;
  failed(request: SimulatedRequest): void;
  healed(request: SimulatedRequest): void;
}

/** A script at which a Request stands: ProcessMaker tries it again by itself, and a person may retry it at the end. */
export class ScriptAtWork {
  /** Whether it runs, or will be tried again. */
  isUnderWay = true;
  isByHand = false;
  private readonly element: ScriptElement;
  private attempt = 1;
  private failures: number;
  private isLast: boolean;

  constructor(
    private readonly host: ScriptHost,
    private readonly request: SimulatedRequest,
    private readonly tokenId: number,
    plan: ScriptPlan,
    private readonly delay: number,
  ) {
    this.element = SCRIPTS[plan.which] as ScriptElement;
    ({ failures: this.failures, isLast: this.isLast } = plan);
    const { server } = host;
    const { id } = request;
    const time = this.second();
    this.write(() => server.insertScript(tokenId, id, time, 'ACTIVE', this.element.id));
    this.runAfter(0);
  }

  /** Whether it has failed since it began, or since it was retried by hand, and goes on. */
  get isTriedAgain(): boolean {
    return this.isUnderWay && this.attempt > 1;
  }

  /** A retry by hand takes its failures out; those of others are kept by the ids of their elements. */
  retry({ failures, isLast }: ScriptPlan): void {
    Object.assign(this, { failures, isLast, attempt: 1, isUnderWay: true, isByHand: true });
    const { request, element } = this;
    const others = request.errors.filter(({ element_id: id }) => id !== undefined && id !== element.id);
    request.errors = [...new Map(others.map((entry) => [entry.element_id, entry])).values()];
    request.errorKeys = request.errors.map(({ element_id: id }) => String(id));
    this.update({});
    this.runAfter(QUEUE_SECONDS);
  }

  /** Its Request has been ended. */
  end(): void {
    this.isUnderWay = false;
    this.updateToken('CLOSED');
  }

  private runAfter(seconds: number): void {
    const { host, tokenId } = this;
    const duration = tokenId % RUN_SECONDS;
    host.at(host.server.now + (seconds + duration) * 1000, () => {
      if (this.isUnderWay) this.run();
    });
  }

  private run(): void {
    const { element, host, request } = this;
    if (this.attempt > this.failures) {
      this.isUnderWay = false;
      this.updateToken('CLOSED');
      request.status = this.isLast ? 'COMPLETED' : 'ACTIVE';
      const completed_at = toSqlTime(new Date(this.second()));
      this.update({ status: request.status, ...(this.isLast && { completed_at }) });
      host.healed(request);
      return;
    }
    request.status = 'ERROR';
    if (this.attempt++ <= element.retries) {
      this.note('It broke.');
      this.runAfter(element.waitSeconds);
      return;
    }
    this.failForGood();
  }

  /** The end is noted twice, but after a retry by hand, and not always with the number of attempts. */
  private failForGood(): void {
    const { element, host, isByHand, request, tokenId } = this;
    this.isUnderWay = false;
    this.updateToken('FAILING');
    const saysSo = element.retries > 0 && !(isByHand && tokenId % 2 === 0);
    const message = saysSo ? `Job failed after ${element.retries + 1} total attempts` : 'It broke.';
    this.note(message);
    host.failed(request);
    if (!isByHand) this.note(message, tokenId % 2);
  }

  private note(message: string, seconds = 0): void {
    const { element, request } = this;
    const created_at = toApiTime(toSqlTime(new Date(this.second() + seconds * 1000))) ?? '';
    request.errors.push({ created_at, message, element_id: element.id });
    this.update({ status: 'ERROR' }, seconds);
  }

  private update(columns: Record<string, string>, seconds = 0): void {
    const { host, request } = this;
    const time = this.second() + seconds * 1000;
    const all = { ...columns, errors: errorsText(request) };
    this.write(() => host.server.update('requests', request.id, time, all), seconds);
  }

  private updateToken(status: 'CLOSED' | 'FAILING'): void {
    const { host, tokenId } = this;
    const time = this.second();
    const columns = { status, ...(status === 'CLOSED' && { completed_at: toSqlTime(new Date(time)) }) };
    this.write(() => host.server.update('tasks', tokenId, time, columns));
  }

  private write(write: () => void, seconds = 0): void {
    this.host.writeLate(this.request, this.delay + seconds, write);
  }

  private second(): number {
    return Math.floor(this.host.server.now / 1000) * 1000;
  }
}

/** As the database holds it: a list, or an object once something was kept by the ids of its elements. */
export function errorsText({ errors, errorKeys }: SimulatedRequest): string {
  if (errorKeys.length === 0) return JSON.stringify(errors);
  const keyOf = (index: number) => errorKeys[index] ?? String(index - errorKeys.length);
  return JSON.stringify(Object.fromEntries(errors.map((entry, index) => [keyOf(index), entry])));
}
