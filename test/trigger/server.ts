import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { SqlValue } from '../processmaker/database/connection';
import { toSqlTime } from '../processmaker/database/time';
import { Instance } from '../processmaker/instance';
import { runScript } from '../processmaker/requests/run-script';
import { insert } from '../processmaker/requests/store';
import { createServer } from '../processmaker/server';
import { seed } from '../processmaker/fixtures/seed';
import { TOKENS } from '../processmaker/fixtures/users';
import { createBpmn } from '../support/bpmn';

/** The user whose token the trigger has; an administrator sees all Tasks. */
const USER = TOKENS.admin;

/** The element of the scripts that fail, where none is named. */
export const SCRIPT_ELEMENT = 'script';

/** A script of the simulated processes, and how often and when ProcessMaker tries it again. */
export interface ScriptElement {
  id: string;
  retries: number;
  waitSeconds: number;
}

/** What is done to a call before the server works on it. */
export type Interference = (reply: FastifyReply) => Promise<void>;

/** A stand-in whose clock, and what can be seen at which moment, belong to the simulation. */
export class SimulatedServer {
  /** Milliseconds since 1970. */
  now = Date.now();
  token = USER.token;
  url = '';
  /** Comes before every call. */
  interfere: Interference = () => Promise.resolve();
  /** Comes before every response is sent. */
  beforeResponse: (body: unknown) => void = () => undefined;
  /** Comes after every response has got its `Date`, on its way to n8n. */
  afterDate: () => void = () => undefined;
  /** How many milliseconds n8n's own clock is off. */
  ownOff = 0;
  /** How many milliseconds the gateway that responds next is ahead with its `Date`. */
  dateAhead = 0;
  hasDate = true;
  /** How often a poll had no room for what it would have read next. */
  spentBudgets = 0;
  calls = 0;
  private readonly server: FastifyInstance;

  private constructor(private readonly instance: Instance) {
    this.server = createServer(instance, {}, []);
    this.server.addHook('onRequest', async (request, reply) => await this.receive(request, reply));
    this.server.addHook('onSend', async (_request, reply, body) => {
      this.beforeResponse(body);
      // As late as can be: when the response leaves, not when it was worked out.
      if (this.hasDate) reply.header('Date', new Date(this.now + this.dateAhead).toUTCString());
      else {
        reply.removeHeader('Date');
        reply.raw.sendDate = false;
      }
      this.afterDate();
      return await Promise.resolve(body);
    });
  }

  static async open(): Promise<SimulatedServer> {
    const clock: { now: () => number } = { now: () => Date.now() };
    const instance = new Instance({ now: () => new Date(clock.now()) }, runScript);
    await seed(instance);
    const simulated = new SimulatedServer(instance);
    clock.now = () => simulated.now;
    await simulated.server.listen({ host: '127.0.0.1', port: 0 });
    simulated.url = `http://127.0.0.1:${(simulated.server.server.address() as AddressInfo).port}`;
    return simulated;
  }

  /** Forgets all Requests and Tasks, and takes another clock and another time zone of the user. */
  reset(now: number, timezone: string): void {
    this.now = now;
    this.interfere = () => Promise.resolve();
    this.beforeResponse = () => undefined;
    this.afterDate = () => undefined;
    this.dateAhead = 0;
    this.ownOff = 0;
    this.spentBudgets = 0;
    const { database } = this.instance;
    database.run('DELETE FROM process_requests');
    database.run('DELETE FROM process_request_tokens');
    database.run('UPDATE users SET timezone = ? WHERE id = ?', [timezone, USER.userId]);
  }

  insertRequest(id: number, processId: number, time: number): void {
    const at = toSqlTime(new Date(time));
    insert(this.instance, 'process_requests', {
      id,
      uuid: `request-${id}`,
      process_id: processId,
      process_version_id: processId,
      user_id: USER.userId,
      callable_id: 'ProcessId',
      status: 'ACTIVE',
      name: 'Simulated',
      case_title: 'Simulated',
      case_title_formatted: 'Simulated',
      case_number: id,
      data: '{}',
      do_not_sanitize: '[]',
      initiated_at: at,
      created_at: at,
      updated_at: at,
      start_event: 'node_1',
    });
  }

  insertTask(id: number, requestId: number, processId: number, time: number, due: number): void {
    const at = toSqlTime(new Date(time));
    insert(this.instance, 'process_request_tokens', {
      id,
      uuid: `task-${id}`,
      process_request_id: requestId,
      process_id: processId,
      user_id: USER.userId,
      element_id: 'node_2',
      element_type: 'task',
      element_name: 'Simulated task',
      status: 'ACTIVE',
      due_at: toSqlTime(new Date(due)),
      created_at: at,
      updated_at: at,
    });
  }

  /** A script that a Request has reached: ACTIVE while it will be tried again, too, and FAILING at the end. */
  insertScript(
    id: number,
    requestId: number,
    time: number,
    status: 'ACTIVE' | 'FAILING',
    elementId = SCRIPT_ELEMENT,
  ): void {
    const at = toSqlTime(new Date(time));
    insert(this.instance, 'process_request_tokens', {
      id,
      uuid: `script-${id}`,
      process_request_id: requestId,
      process_id: 4,
      element_id: elementId,
      element_type: 'scriptTask',
      element_name: 'Simulated script',
      status,
      created_at: at,
      updated_at: at,
    });
  }

  /** Gives all processes these scripts, whose attempts the server tells by the BPMN alone. */
  defineScripts(scripts: readonly ScriptElement[]): void {
    const elements = scripts.map(({ id, retries, waitSeconds }) => {
      const handling = JSON.stringify({
        retry_attempts: String(retries),
        retry_wait_time: String(waitSeconds),
      });
      return `<bpmn:scriptTask id="${id}" name="${id}" pm:errorHandling="${handling.replaceAll('"', '&#34;')}" />`;
    });
    this.instance.database.run('UPDATE processes SET bpmn = ?', [createBpmn([], elements)]);
  }

  /** Changes columns of a row, and when it was changed last. */
  update(list: 'requests' | 'tasks', id: number, time: number, columns: Record<string, SqlValue>): void {
    const table = list === 'requests' ? 'process_requests' : 'process_request_tokens';
    const all = { ...columns, updated_at: toSqlTime(new Date(time)) };
    const names = Object.keys(all);
    this.instance.database.run(
      `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
      [...Object.values(all), id],
    );
  }

  async close(): Promise<void> {
    await this.server.close();
    this.instance.close();
  }

  private async receive({ url }: FastifyRequest, reply: FastifyReply): Promise<void> {
    // As a server whose memory for sorting is small.
    const { pathname, searchParams } = new URL(url, this.url);
    const isList = /\/(requests|tasks)$/.test(pathname);
    if (isList && searchParams.get('order_by') !== 'id') {
      await reply.code(500).send({ message: 'Server Error' });
      return;
    }
    this.calls += 1;
    await this.interfere(reply);
  }
}
