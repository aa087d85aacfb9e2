import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import { inputFailure, type Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import type { ProcessReference } from '../../input/processReference';
import { getStartableProcesses, type StartableProcess } from './processes';

/** Finds the processes of a run by name. What can be started is listed at most once, and only when it is needed. */
export class ProcessFinder {
  private processes: Promise<Result<StartableProcess[]>> | undefined;

  private readonly ids = new Map<string, Promise<Result<number>>>();

  constructor(private readonly connection: Connection) {}

  /** The id of a process that the user of the token may start, or view. */
  async idOf(reference: ProcessReference): Promise<Result<number>> {
    if ('id' in reference) return { ok: true, value: reference.id };
    let id = this.ids.get(reference.name);
    if (!id) {
      id = this.findId(reference.name);
      this.ids.set(reference.name, id);
    }
    return await id;
  }

  /** A process that the user of the token may start, with its start events. */
  async findStartable(reference: ProcessReference): Promise<Result<StartableProcess>> {
    const processes = await this.startable();
    if (!processes.ok) return processes;
    if ('name' in reference) return onlyOne(processes.value, reference.name) ?? notStartable(reference);
    const process = processes.value.find(({ id }) => id === reference.id);
    return process ? { ok: true, value: process } : notStartable(reference);
  }

  private async findId(name: string): Promise<Result<number>> {
    const processes = await this.startable();
    if (!processes.ok) return processes;
    const found = onlyOne(processes.value, name) ?? (await this.findViewable(name));
    return found.ok ? { ok: true, value: found.value.id } : found;
  }

  /** `GET /api/1.0/processes?filter=…`, for those who may view processes. */
  private async findViewable(name: string): Promise<Result<{ id: number }>> {
    const path = apiPath('1.0', 'processes');
    const list = await readList(this.connection, { path, qs: { filter: name } });
    if (!list.ok) return list.failure.kind === 'forbidden' ? notStartable({ name }) : list;
    const processes = list.value.filter(isNamed);
    return (
      onlyOne(processes, name) ??
      inputFailure(
        `There is no process named "${name}" that the user of the access token may start or view`,
        'Check the name: it has to be exactly the same.',
      )
    );
  }

  private async startable(): Promise<Result<StartableProcess[]>> {
    this.processes ??= getStartableProcesses(this.connection);
    return await this.processes;
  }
}

function isNamed(process: IDataObject): process is { id: number; name: string } {
  return typeof process.id === 'number' && typeof process.name === 'string';
}

/** @returns undefined when none has the name */
function onlyOne<T extends { id: number; name: string }>(
  processes: T[],
  name: string,
): Result<T> | undefined {
  const [process, ...others] = processes.filter((candidate) => candidate.name === name);
  if (!process) return undefined;
  if (others.length === 0) return { ok: true, value: process };
  const ids = [process, ...others].map(({ id }) => id).join(', ');
  return inputFailure(
    `There are ${others.length + 1} processes named "${name}" (ids ${ids})`,
    "Choose one of them in 'Process' with 'From List' or 'By ID'.",
  );
}

function notStartable(reference: ProcessReference): Result<never> {
  const what = 'id' in reference ? `Process ${reference.id}` : `A process named "${reference.name}"`;
  return inputFailure(
    `${what} is not among the processes that the user of the access token may start`,
    'Check the process, and that it is active and without warnings. Ask a ProcessMaker administrator to assign the user to its start event.',
  );
}
