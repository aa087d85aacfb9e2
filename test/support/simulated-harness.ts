import type { INodeParameters } from 'n8n-workflow';
import { SimulatedServer } from '../trigger/server';
import { eventOf } from '../trigger/verdict';
import { createEngine, type Engine } from './engine';
import { Poller } from './poller';

const SECOND_MS = 1000;

/** A server whose rows and clock the tests write themselves, and n8n's engine. */
export class SimulatedHarness {
  engine!: Engine;
  server!: SimulatedServer;

  /** A workflow that watches the server, not yet switched on. */
  watcher(parameters: INodeParameters): Poller {
    const { url, token } = this.server;
    const credentials = { processMakerApi: { instanceUrl: url, accessToken: token } };
    const poller = new Poller(this.engine, parameters, credentials);
    poller.beforeActivation = () => (this.server.now += SECOND_MS);
    return poller;
  }
}

/** The tests of a file share a harness; its server is empty before each. */
export function useSimulatedHarness(): SimulatedHarness {
  const harness = new SimulatedHarness();
  beforeAll(async () => {
    harness.engine = await createEngine();
    harness.server = await SimulatedServer.open();
  });
  afterAll(() => harness.server.close());
  beforeEach(() => harness.server.reset(Date.now(), 'UTC'));
  return harness;
}

/** n8n's own clock goes on as the server's does, each test from the beginning of a second. */
export function useServerClock(harness: SimulatedHarness): void {
  beforeEach(() => {
    harness.server.now = Math.floor(harness.server.now / SECOND_MS) * SECOND_MS;
    jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now);
  });
  afterEach(() => jest.restoreAllMocks());
}

/** The events that a workflow was given, by kind and id. */
export function keysOf(poller: Poller): string[] {
  return poller.items.map((json) => eventOf(json).key);
}
