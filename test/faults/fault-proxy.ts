import { startGateway, pass, type Behaviour, type Call, type Gateway } from '../support/gateway';
import type { VirtualClock } from '../support/virtual-clock';
import { Counts } from './counts';
import { FaultSchedule } from './fault-schedule';
import { SERVER_KILLED, type Fault } from './faults';
import { Outages } from './outages';
import type { Server } from './server';
import { RUNS_AT_ONCE } from './settings';

/** A proxy between the node and the server, in which calls meet faults. */
export class FaultProxy {
  readonly counts = new Counts();

  private readonly began = Date.now();

  private readonly schedule: FaultSchedule;

  private readonly outages: Outages;

  private gateway: Gateway | undefined;

  /** How often the start of each order has been sent. */
  private readonly sent = new Map<string, number>();

  /** Orders whose last start left its caller without knowledge. */
  private readonly unknown = new Set<string>();

  /** Orders with whose response the node itself throws. */
  private readonly thrown = new Set<string>();

  /** Orders that have met ProcessMaker's own 500. */
  private readonly own500s = new Set<string>();

  /** Look-ups that met a fault succeed when repeated: how many more do, since all executions make some of them. */
  private readonly spared = new Map<string, number>();

  private readonly underWay = new Set<Promise<void>>();

  /** What became of the starts of each order, and when. */
  private readonly histories = new Map<string, string[]>();

  constructor(
    private readonly server: Server,
    seed: number,
    private readonly clock: VirtualClock,
  ) {
    this.schedule = new FaultSchedule(seed);
    this.outages = new Outages(server, this, clock);
  }

  get url(): string {
    if (!this.gateway) throw new Error('The proxy is closed.');
    return this.gateway.url;
  }

  /** Lets calls through, again on the same port. */
  async open(): Promise<void> {
    this.gateway = await startGateway(this.server.url, this.gateway ? Number(new URL(this.url).port) : 0);
    this.gateway.treat = (call) => this.treat(call);
  }

  /** Refuses connections and cuts those that exist. */
  async close(): Promise<void> {
    await this.gateway?.close();
  }

  leftUnknown(order: string): boolean {
    return this.unknown.has(order);
  }

  /** What became of the starts of an order, in seconds since the proxy began. */
  historyOf(order: string): string {
    return (this.histories.get(order) ?? []).join(', ');
  }

  hasThrown(order: string): boolean {
    return this.thrown.has(order);
  }

  /** Whether the node is to leave an order unknown, even where it may start it again. */
  mayStayUnknown(order: string): boolean {
    // After ProcessMaker's own 500 a start is sent twice at most.
    return this.hasThrown(order) || this.own500s.has(order);
  }

  /** Whether the start of an order has come here more than once. */
  cameAgain(order: string): boolean {
    return Number(this.sent.get(order)) > 1;
  }

  /** Waits until nothing happens any more, also to starts that still wait for a web worker. */
  async settle(): Promise<void> {
    await this.outages.over();
    await Promise.all(this.underWay);
  }

  private treat(call: Call): Behaviour {
    const { order, fault } = call.method === 'POST' ? this.startOf(call) : this.lookUpOf(call);
    const treatment = fault?.treatment(this.counts.of(fault.name)) ?? pass;
    return async (response, forward) => {
      const settled = this.watch(order, fault, (watched) => treatment(response, watched), forward);
      const silent = settled.catch(() => undefined);
      this.underWay.add(silent);
      void silent.then(() => this.underWay.delete(silent));
      await settled;
    };
  }

  /** Notes what really happens to a call: a fault that was planned for it, or the death of the server. */
  private async watch(
    order: string | undefined,
    fault: Fault | undefined,
    treat: (forward: Forward) => Promise<void>,
    forward: Forward,
  ): Promise<void> {
    if (order !== undefined) this.note(order, fault?.leavesUnknown === true);
    if (order !== undefined && fault?.makesNodeThrow) this.thrown.add(order);
    if (order !== undefined && fault?.isOwn500) this.own500s.add(order);
    let killed = false;
    try {
      await treat(async () => {
        try {
          this.tell(order, 'passed on');
          const response = await this.clock.hold(forward());
          this.tell(order, `${response.status} of the server`);
          return response;
        } catch (error) {
          this.tell(order, 'the server was down');
          killed = true;
          if (order !== undefined) this.note(order, true);
          throw error;
        }
      });
    } finally {
      this.tell(order, 'over');
      if (killed) this.outages.struck();
      if (killed) this.counts.add(SERVER_KILLED);
      else if (fault) this.counts.add(fault.name);
    }
  }

  private tell(order: string | undefined, event: string): void {
    if (order === undefined) return;
    const history = this.histories.get(order) ?? [];
    this.histories.set(order, [...history, `${((Date.now() - this.began) / 1000).toFixed(1)} ${event}`]);
  }

  private note(order: string, leftUnknown: boolean): void {
    if (leftUnknown) this.unknown.add(order);
    else this.unknown.delete(order);
  }

  private startOf({ body }: Call): { order: string; fault: Fault | undefined } {
    this.counts.starts++;
    this.outages.next(this.counts);
    const { order, number } = JSON.parse(body) as { order: string; number: number };
    const isRepeat = this.sent.has(order);
    this.sent.set(order, (this.sent.get(order) ?? 0) + 1);
    const fault = isRepeat ? this.schedule.forRepeat() : this.schedule.forFirstStart(number);
    this.tell(order, `start with the fault '${fault?.name ?? 'none'}'`);
    return { order, fault };
  }

  private lookUpOf({ path }: Call): { order: undefined; fault: Fault | undefined } {
    this.counts.lookUps++;
    const spared = this.spared.get(path) ?? 0;
    this.spared.set(path, spared - 1);
    const fault = spared > 0 ? undefined : this.schedule.forLookUp();
    if (fault) this.spared.set(path, RUNS_AT_ONCE);
    return { order: undefined, fault };
  }
}

type Forward = Parameters<Behaviour>[1];
