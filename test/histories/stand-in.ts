import { request } from 'node:http';
import { setTimeout as realPause } from 'node:timers/promises';
import type { ProcessMaker } from '../processmaker';
import { seed } from '../processmaker/fixtures/seed';
import { TOKENS } from '../processmaker/fixtures/users';
import { serve } from '../processmaker';
import { Instance } from '../processmaker/instance';
import { runScript } from '../processmaker/requests/run-script';
import type { VirtualClock } from '../support/virtual-clock';
import type { Answer, Call } from './model/answer';
import { type ModelledProcessMaker, OWN_USER, PROCESSES, SCRIPT_MS, START_EVENT } from './model/processmaker';
import type { Thing } from './operations';
import type { Backend } from './wire';

const HURRIED = { changeMs: 0, betweenErrorsMs: 0, reassigns: true } as const;
const LOOK_EVERY_MS = 2;

interface Begun {
  server: ProcessMaker;
  instance: Instance;
}

/** The stand-in of all other tests, in the place of the model: what a history is given is made in it first. */
export class StandIn implements Backend {
  listLag = 0;

  movesRows = false;

  /** What it has in the place of what the model has, by the ids there. */
  readonly ids = new Map<number, number>();

  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly begun: Begun,
    private readonly clock: VirtualClock,
    readonly world: ModelledProcessMaker['world'],
  ) {}

  /** To be called before time is replaced, since it has timers of its own. */
  static async begin(): Promise<Begun> {
    const instance = new Instance(HURRIED, runScript);
    await seed(instance);
    // The model asks nobody for a permission.
    instance.database.run('UPDATE users SET is_administrator = 1 WHERE id = ?', [OWN_USER]);
    return { server: await serve(instance, HURRIED), instance };
  }

  /** Makes all that the model has, and nothing else. */
  static async like(begun: Begun, clock: VirtualClock, model: ModelledProcessMaker): Promise<StandIn> {
    for (const table of ['process_requests', 'process_request_tokens', 'request_files'])
      begun.instance.database.script(`DELETE FROM ${table}`);
    const one = new StandIn(begun, clock, model.world);
    await one.make(model);
    return one;
  }

  private async make(model: ModelledProcessMaker): Promise<void> {
    const { server } = this.begun;
    server.scriptsHeld = false;
    server.scriptsRun = false;
    for (const { id, processId, data } of model.requests.values()) {
      const raw = JSON.stringify(data);
      const path = `/api/1.0/process_events/${processId}`;
      const row = await this.called({ method: 'POST', path, query: { event: START_EVENT }, raw });
      this.ids.set(id, row.id as number);
      if (processId === PROCESSES.withScript) await this.ended(row.id as number);
    }
    for (const { id, requestId } of model.tasks.values()) {
      const [task] = server.tasks().filter((one) => one.requestId === this.ids.get(requestId));
      if (task) this.ids.set(id, task.id);
    }
    for (const { id, requestId, name, variable, content, mimeType } of model.files.values()) {
      const form = new FormData();
      form.set('data_name', variable);
      form.set('file', new Blob([new Uint8Array(content)], { type: mimeType }), name);
      const response = new Response(form);
      const { fileUploadId } = await this.called({
        method: 'POST',
        path: `/api/1.0/requests/${this.ids.get(requestId)}/files`,
        query: {},
        raw: Buffer.from(await response.arrayBuffer()),
        contentType: response.headers.get('content-type') ?? '',
      });
      this.ids.set(id, fileUploadId as number);
    }
    server.scriptsRun = model.world.heals;
  }

  /** What an item is about, with the ids that it has here. */
  translate(thing: Thing): Thing {
    const json = Object.fromEntries(
      Object.entries(thing.json).map(([name, value]) => [name, this.ids.get(value as number) ?? value]),
    );
    return { ...thing, json };
  }

  /** One call after the other, as in the model; meanwhile no time passes. */
  async answer(call: Call): Promise<Answer> {
    const { clock } = this;
    const { server } = this.begun;
    const isRetry = call.path.endsWith('/retry');
    if (isRetry) server.scriptsHeld = true;
    const sent = this.last.then(() => this.send(call));
    this.last = sent.catch(() => undefined);
    const answer = await clock.hold(sent);
    if (isRetry && answer.status < 300) {
      const [, id] = /requests\/(\d+)/.exec(call.path) ?? [];
      setTimeout(() => {
        server.scriptsHeld = false;
        void clock.hold(this.ended(Number(id)));
      }, SCRIPT_MS);
    }
    return answer;
  }

  begin(): never {
    throw new Error('The stand-in carries out nothing later.');
  }

  private async called(call: Sent): Promise<Record<string, unknown>> {
    const { status, body } = await this.send(call);
    if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${body.toString()}`);
    return JSON.parse(body.toString()) as Record<string, unknown>;
  }

  private async send({ method, path, query, raw, contentType = 'application/json' }: Sent): Promise<Answer> {
    const url = `${this.begun.server.url}${path}?${new URLSearchParams(query).toString()}`;
    // As in the model, the user may do everything but see how processes are drawn.
    const { token } = path.includes('/processes/') ? TOKENS.nobody : TOKENS.limited;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(method !== 'GET' && { 'content-type': contentType }),
    };
    return await new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const all = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(all) as Record<string, string>,
            body: Buffer.concat(parts),
          });
        });
      });
      sent.on('error', reject);
      sent.end(raw);
    });
  }

  /** Waits, in real time, until the script of a Request has ended. */
  private async ended(id: number): Promise<void> {
    for (;;) {
      const { status, errors } = await this.called({
        method: 'GET',
        path: `/api/1.0/requests/${id}`,
        query: {},
      });
      const count = Array.isArray(errors) ? errors.length : Object.keys(errors ?? {}).length;
      if (status !== 'ACTIVE' && (status !== 'ERROR' || count > 0)) return;
      await realPause(LOOK_EVERY_MS);
    }
  }
}

type Sent = Pick<Call, 'method' | 'path' | 'query' | 'raw' | 'contentType'>;
