import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../../guards';
import { STARTABLE_PAGE_SIZE } from './processes';

const STARTABLE: { path: string; qs: IDataObject; pageSize: number } = {
  path: apiPath('1.0', 'start_processes'),
  qs: { include: 'category' },
  pageSize: STARTABLE_PAGE_SIZE,
};

/**
 * The processes that the user of the token may start, as ProcessMaker gives them: `GET /api/1.0/start_processes`, which
 * answers for any valid token.
 */
export async function listStartable(
  connection: Connection,
  filter: IDataObject = {},
  limit?: number,
): Promise<Result<IDataObject[]>> {
  return await readList(connection, { ...STARTABLE, qs: { ...STARTABLE.qs, ...filter }, limit });
}

/** All processes that are not archived, or those that are: `GET /api/1.0/processes`, for those who may view processes. */
export async function listViewable(
  connection: Connection,
  filter: IDataObject,
  limit?: number,
): Promise<Result<IDataObject[]>> {
  const qs = { include: 'category', order_by: 'id', ...filter };
  const list = await readList(connection, { path: apiPath('1.0', 'processes'), qs, limit });
  return list.ok ? list : { ok: false, failure: aboutProcesses(list.failure) };
}

function aboutProcesses(failure: Failure): Failure {
  if (failure.kind !== 'forbidden') return failure;
  return {
    ...failure,
    message: 'ProcessMaker does not show all processes to the user of the access token',
    description:
      "Ask a ProcessMaker administrator for the permission to view processes, or choose 'Startable by Me' in 'Show', which needs none.",
  };
}

/** Reads the processes of a run, each once. */
export class ProcessReader {
  private readonly read = new Map<number, Promise<Result<IDataObject>>>();

  private startable: Promise<Result<IDataObject[]>> | undefined;

  constructor(private readonly connection: Connection) {}

  async get(id: number): Promise<Result<IDataObject>> {
    let process = this.read.get(id);
    if (!process) {
      process = this.readOne(id);
      this.read.set(id, process);
    }
    return await process;
  }

  /** `GET /api/1.0/processes/{id}`: needs a permission, without which the user still sees what the user may start. */
  private async readOne(id: number): Promise<Result<IDataObject>> {
    const result = await callApiPatiently(this.connection, {
      method: 'GET',
      path: apiPath('1.0', 'processes', id),
      qs: { include: 'category,events' },
      expects: 'found',
    });
    if (result.ok) {
      return isObject(result.value) ? { ok: true, value: result.value } : { ok: false, failure: NO_PROCESS };
    }
    const { failure } = result;
    if (failure.kind === 'notFound') {
      const message = `There is no process ${id}`;
      const description = 'It may have been deleted, or the id belongs to another instance.';
      return { ok: false, failure: { ...failure, message, description } };
    }
    return failure.kind === 'forbidden' ? await this.findStartable(id, failure) : result;
  }

  private async findStartable(id: number, forbidden: Failure): Promise<Result<IDataObject>> {
    this.startable ??= listStartable(this.connection);
    const startable = await this.startable;
    if (!startable.ok) return startable;
    const process = startable.value.find((one) => one.id === id);
    if (process) return { ok: true, value: process };
    return {
      ok: false,
      failure: {
        ...forbidden,
        message: `ProcessMaker does not show process ${id} to the user of the access token`,
        description:
          'The user has to be able to start the process, or to have the permission to view processes. Ask a ProcessMaker administrator.',
      },
    };
  }
}

const NO_PROCESS: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer is not a process in the form that ProcessMaker gives it',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};
