import type { Engine } from '../support/engine';
import type { Fault } from './faults';
import { flood } from './flood';
import { History } from './history';
import { LATEST_SECONDS, type Change, type Plan, type Step } from './plan';
import { withOwnClock } from './own-clock';
import { FaultInjector, type HeldPoll } from './fault-injector';
import type { SimulatedServer } from './server';
import type { ExpectedEvent } from './timeline';
import { eventOf, judge, type Verdict } from './verdict';
import { Watcher } from './watcher';

/** What came of one run. */
export interface Outcome extends Verdict {
  events: number;
  polls: number;
  /** The faults that it really had. */
  faults: Set<Fault>;
  /** Characters of the largest state that n8n had to keep. */
  largestState: number;
}

const DRAIN_SECONDS = 200;
/** A trigger that repeats itself does not come to an end. */
const MOST_DRAINING_POLLS = 100;

/** Plays a plan through, and compares what the trigger emitted with what happened. */
export async function play(engine: Engine, server: SimulatedServer, plan: Plan): Promise<Outcome> {
  return await withOwnClock(server, async () => {
    const run = new SimulatedRun(engine, server, plan);
    await run.begin();
    for (const step of plan.steps) await run.take(step);
    return await run.end();
  });
}

class SimulatedRun {
  private readonly history: History;
  private readonly faultInjector: FaultInjector;
  private readonly watcher: Watcher;
  private readonly seconds: number[];
  private readonly isSlow: boolean;
  private readonly faults = new Set<Fault>();
  /** Of all times so far with which the trigger has begun. */
  private secondsOnTheWay: number | undefined;

  constructor(
    engine: Engine,
    private readonly server: SimulatedServer,
    private readonly plan: Plan,
  ) {
    server.reset(Date.now() + plan.clockHours * 3_600_000, plan.timezone);
    this.history = new History(server, plan.onlyOneProcess);
    this.seconds = [...plan.callSeconds];
    this.isSlow = plan.callSeconds.every((seconds) => seconds > 0);
    this.faultInjector = new FaultInjector(server, this.history, this.seconds);
    this.watcher = new Watcher(engine, server, this.history, this.faultInjector, plan);
    if (plan.clockHours !== 0) this.faults.add("server's clock off by an hour or more");
    if (plan.timezone !== 'UTC') this.faults.add("time zone of the token's user");
  }

  /** What is there before the trigger is switched on is no event. */
  async begin(): Promise<void> {
    for (let pick = 0; pick < 3; pick++) {
      this.history.change({ action: 'start', delay: pick * 40, pick, elsewhere: false, pause: 1 });
    }
    await this.activateFromNow();
    this.faultInjector.datesAhead = this.plan.datesAhead;
  }

  async take(step: Step): Promise<void> {
    switch (step.step) {
      case 'changes':
        return this.make(step.changes);
      case 'flood':
        return flood(this.history, this.plan.eventTypes[0] ?? 'requestStarted', step);
      case 'wait':
        return this.history.pass(step.seconds);
      case 'poll':
        return void (await this.watcher.poll());
      case 'failingPoll':
        return await this.failingPoll(step);
      case 'overlap':
        return await this.overlap(step);
      case 'restart':
        return await this.restart(step);
      case 'offAndOn':
        return await this.offAndOn(step);
    }
  }

  /** Polls until there is nothing more. */
  async end(): Promise<Outcome> {
    const { watcher, history, faultInjector, faults } = this;
    this.seconds.fill(0);
    history.pass(DRAIN_SECONDS);
    const isQuiet = (quiet: number) => quiet >= 2 && history.scriptsTriedAgain.length === 0;
    for (let quiet = 0, polls = 0; !isQuiet(quiet) && polls < MOST_DRAINING_POLLS; polls++) {
      const executions = watcher.executions.length;
      await watcher.poll();
      history.pass(60);
      quiet = watcher.executions.length > executions ? 0 : quiet + 1;
    }
    if (history.wasOutOfOrder) faults.add('ids visible out of order');
    if (faultInjector.wasVisibleMeanwhile) faults.add('visible during a poll');
    if (faultInjector.wasAhead) faults.add("a gateway's Date minutes ahead");
    if (this.plan.ownJumps.some((seconds) => seconds !== 0)) faults.add("n8n's own clock set");
    if (this.isSlow) faults.add('a slow server');
    if (watcher.isDurable) faults.add("n8n's durable scheduler");
    if (this.server.spentBudgets > 0) faults.add('a poll ends since its time is over');
    if (watcher.wasFlooded) faults.add('more than three pages between two polls');
    if (watcher.whileTriedAgain.byItself > 0) faults.add('a script is tried again during a poll');
    if (watcher.whileTriedAgain.byHand > 0) faults.add('the attempts of a retry by hand go on during a poll');
    if (history.hasHealed) faults.add('a script has healed');
    const { emissions, items, polls, largestState } = watcher;
    const verdict = judge(watcher.wanted, emissions, this.server.now - 60_000);
    return { ...verdict, events: items.length, polls, faults, largestState };
  }

  private make(changes: Change[]): void {
    for (const [index, change] of changes.entries()) {
      if (change.pause === 0 && index > 0) this.faults.add('changes within one second');
      if (change.delay === LATEST_SECONDS) this.faults.add('changes visible 120 s late');
      this.history.change(change);
    }
  }

  private async failingPoll({ call, refusal }: Extract<Step, { step: 'failingPoll' }>): Promise<void> {
    let hasFailed = false;
    const wasRefused = await this.faultInjector.whileRefusing(call, refusal, async () => {
      hasFailed = await this.watcher.poll();
    });
    if (!wasRefused || call === 0) return;
    this.faults.add(hasFailed ? 'a poll fails half-way' : 'a poll ends early since calls fail');
  }

  private async overlap({
    call,
    seconds,
    changes,
    inner,
  }: Extract<Step, { step: 'overlap' }>): Promise<void> {
    const held = this.holdPoll(call);
    if (await held.isReached) {
      this.faults.add('polls overlap');
      for (let count = 0; count < inner; count++) {
        this.history.pass(Math.floor(seconds / inner));
        if (count === 0) this.make(changes);
        await this.watcher.poll();
      }
    }
    await held.end();
  }

  private async restart({ isPolling, call, seconds }: Extract<Step, { step: 'restart' }>): Promise<void> {
    // The durable scheduler has kept nothing of the first poll by then.
    if (this.watcher.isDurable && !this.watcher.hasPolled) await this.watcher.poll();
    const held = isPolling ? this.holdPoll(call) : undefined;
    if (await held?.isReached) this.faults.add('n8n restarted during a poll');
    this.watcher.deactivate();
    await held?.end();
    this.history.pass(seconds);
    this.faults.add('n8n restarted');
    await this.watcher.activate('init', false);
  }

  private async offAndOn({
    seconds,
    changes,
    startFromNow,
  }: Extract<Step, { step: 'offAndOn' }>): Promise<void> {
    this.watcher.deactivate();
    this.history.pass(seconds);
    this.make(changes);
    this.faults.add(startFromNow ? 'switched on from now' : 'switched off and on');
    if (startFromNow) await this.activateFromNow();
    else await this.watcher.activate('activate', false);
  }

  /**
   * What is of the second in which the server has sent its time, or later, is an event, whenever it becomes visible; what
   * is of a time before is none. Where n8n's own clock was set, the trigger may take an earlier time; so it may after
   * the first time, by as much as times were on their way.
   */
  private async activateFromNow(): Promise<void> {
    const { history, server, faultInjector, watcher } = this;
    const { secondsBefore, changesBefore, secondsAfter, changesAfter } = this.plan.firstPoll;
    const asked = secondOf(server.now);
    let sentAt: number | undefined;
    faultInjector.atNextCall = () => {
      history.pass(secondsBefore);
      this.make(changesBefore);
    };
    server.afterDate = () => {
      if (sentAt !== undefined) return;
      sentAt = server.now;
      this.make(changesAfter);
      history.pass(secondsAfter);
    };
    await watcher.activate('activate', true);
    server.afterDate = () => undefined;
    history.watchedFrom = secondOf(server.now) * 1000;
    if (changesBefore.length + changesAfter.length > 0) this.faults.add('changes during the first poll');
    if (secondsBefore + secondsAfter >= 60) this.faults.add('a first poll of a minute or more');
    const isSure = this.plan.ownJumps.every((seconds) => seconds === 0);
    const from = secondOf(isSure ? (sentAt ?? NaN) : server.now);
    const isBeginning = this.secondsOnTheWay === undefined;
    const surelyFrom = isBeginning ? from : asked - (this.secondsOnTheWay ?? 0);
    this.secondsOnTheWay = (this.secondsOnTheWay ?? 0) + secondOf(server.now) - secondOf(sentAt ?? NaN);
    const emittedKeys = new Set(watcher.items.map((json) => eventOf(json).key));
    const leaveOutBefore = (expected: ExpectedEvent) => {
      if (emittedKeys.has(expected.key) || expected.expectation === 'never') return;
      const second = secondOf(Date.parse(expected.time));
      if (second < from) expected.expectation = isSure && second < surelyFrom ? 'never' : 'either';
    };
    history.expectedEvents.forEach(leaveOutBefore);
    // A Task that is created later can have been due before.
    history.noteExpected = leaveOutBefore;
  }

  private holdPoll(call: number): HeldPoll {
    return this.faultInjector.holdPoll(call, async () => void (await this.watcher.poll()));
  }
}

function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
