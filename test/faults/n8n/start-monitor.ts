import { setTimeout as pause } from 'node:timers/promises';
import { delay, respond, type Behaviour, type Gateway } from '../../support/gateway';
import { LATER_PATH, type Scenario } from './scenarios';

const RESPONSE_MS = 100;
/** Starts before the kill that no web worker takes up until the repeat has begun to look for them. */
const HELD_BACK = 2;
const TAKEN_UP_AFTER_MS = 1500;

/** Watches the starts of a scenario. */
export class StartMonitor {
  /** How many have arrived. */
  starts = 0;

  private wasKilled = false;

  /** Ends when n8n is dead. */
  readonly killed: Promise<void>;

  private reportKilled: (dead: Promise<void>) => void = () => undefined;

  private readonly underWay: Array<Promise<void>> = [];

  private repeatLooks: () => void = () => undefined;

  private readonly looked = new Promise<void>((resolve) => (this.repeatLooks = resolve));

  constructor(
    gateway: Gateway,
    private readonly scenario: Scenario,
    private readonly kill: () => Promise<void>,
  ) {
    this.killed = new Promise((resolve) => (this.reportKilled = resolve));
    gateway.treat = ({ method, path }) => {
      if (path === LATER_PATH) return this.later();
      if (method === 'POST') return this.next();
      if (this.wasKilled && path.includes('pmql')) this.repeatLooks();
      return undefined;
    };
  }

  /** Waits until every start has been carried out. */
  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private next(): Behaviour {
    const { killAtStart = Infinity } = this.scenario;
    const count = ++this.starts;
    if (count === killAtStart) this.killNow();
    const isHeldBack = count <= killAtStart && count > killAtStart - HELD_BACK;
    return isHeldBack ? this.heldBack : delay(RESPONSE_MS);
  }

  /** Of the execution that is killed there, the later node never has an answer. */
  private later(): Behaviour {
    if (this.scenario.killAtStart !== undefined || this.wasKilled) return respond(200, {});
    this.killNow();
    return () => Promise.resolve();
  }

  private killNow(): void {
    this.wasKilled = true;
    this.reportKilled(this.kill());
  }

  private readonly heldBack: Behaviour = (_response, forward) => {
    const carriedOut = this.looked.then(async () => {
      await pause(TAKEN_UP_AFTER_MS);
      await forward();
    });
    this.underWay.push(carriedOut);
    return carriedOut;
  };
}
