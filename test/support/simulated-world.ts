import type { INodeParameters } from 'n8n-workflow';
import { SimulatedServer } from '../trigger/server';
import { createEngine, type Engine } from './engine';
import { Poller } from './poller';

/** A server whose rows and clock the tests write themselves, and n8n's engine. */
export class SimulatedWorld {
  engine!: Engine;
  server!: SimulatedServer;

  /** A workflow that watches the server, not yet switched on. */
  watcher(parameters: INodeParameters): Poller {
    const { url, token } = this.server;
    return new Poller(this.engine, parameters, { processMakerApi: { instanceUrl: url, accessToken: token } });
  }
}

/** The tests of a file share a world; its server is empty before each. */
export function useSimulatedWorld(): SimulatedWorld {
  const world = new SimulatedWorld();
  beforeAll(async () => {
    world.engine = await createEngine();
    world.server = await SimulatedServer.open();
  });
  afterAll(() => world.server.close());
  beforeEach(() => world.server.reset(Date.now(), 'UTC'));
  return world;
}
