import { Child } from './child';
import { WITH_N8N_NODES, type Executed, type Job } from './client/job';
import type { Seen } from './server/listen';
import type { Address, ServerQuestion } from './server/main';
import type { PhpLimits } from './server/php';
import type { Way } from './settings';

/** What came of one execution. */
export interface Row {
  way: string;
  items: number;
  seconds: number;
  /** Items with a Request. */
  started: number;
  /** Items without one. */
  lost: number;
  /** Requests beyond the first of an item. */
  duplicated: number;
  mostConnections: number;
  /** How long the server's workers were busy, all together. */
  busySeconds: number;
  /** As many as it may open. */
  limit?: number;
}

/** A server and a client of their own, each in its process. */
export class Track {
  private constructor(
    private readonly server: Child,
    private readonly client: Child,
    readonly address: Address,
  ) {}

  static async open(limits: PhpLimits | 'fast'): Promise<Track> {
    const server = new Child('server/main.ts');
    const client = new Child('client/main.ts', [WITH_N8N_NODES]);
    const address = await server.ask<ServerQuestion, Address>({ start: limits });
    const track = new Track(server, client, address);
    // The first call of a process pays for what is only loaded then.
    for (const contestant of ['processMaker', 'loop'] as const)
      await track.execute({ contestant, items: 20 });
    await track.seen();
    return track;
  }

  async measure({ name, contestant, options, parallel }: Way, items: number): Promise<Row> {
    const { seconds } = await this.execute({ contestant, items, ...(options && { options }) });
    const { orders, mostConnections, busySeconds } = await this.seen();
    const started = new Set(orders).size;
    const duplicated = orders.length - started;
    const row = {
      way: name,
      items,
      seconds,
      started,
      lost: items - started,
      duplicated,
      mostConnections,
      busySeconds,
    };
    return parallel === undefined ? row : { ...row, limit: parallel };
  }

  async execute(job: Omit<Job, 'server'>): Promise<Executed> {
    return await this.client.ask<Job, Executed>({ ...job, server: this.address });
  }

  /** What the server has seen since it was last asked. */
  async seen(): Promise<Seen> {
    return await this.server.ask<ServerQuestion, Seen>('seen');
  }

  async close(): Promise<void> {
    await Promise.all([this.client.end(), this.server.end()]);
  }
}

/** Starts a server for a piece of work, and ends it after that. */
export async function onServer<T>(
  limits: PhpLimits | 'fast',
  work: (server: Address) => Promise<T>,
): Promise<T> {
  const server = new Child('server/main.ts');
  try {
    return await work(await server.ask<ServerQuestion, Address>({ start: limits }));
  } finally {
    await server.end();
  }
}

/** Opens a track for a piece of work, and ends it after that. */
export async function onTrack<T>(limits: PhpLimits | 'fast', work: (track: Track) => Promise<T>): Promise<T> {
  const track = await Track.open(limits);
  try {
    return await work(track);
  } finally {
    await track.close();
  }
}
