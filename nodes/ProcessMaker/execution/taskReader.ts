import { readTask, readTasksByIds, type ApiTask } from '../api/tasks/tasks';
import type { Connection } from '../transport/connection';
import { BatchReader } from './batchReader';

/** A Task to read, and whether with the data of its Request. */
export interface WantedTask {
  id: number;
  includeData: boolean;
}

/** Reads the Tasks of a run, all together in as few calls as can be. */
export class TaskReader {
  private readonly withData: BatchReader<number, ApiTask>;

  private readonly withoutData: BatchReader<number, ApiTask>;

  constructor(connection: Connection, all: WantedTask[]) {
    this.withData = batchReader(connection, idsOf(all, true), ['data']);
    this.withoutData = batchReader(connection, idsOf(all, false), []);
  }

  async get({ id, includeData }: WantedTask): Promise<ApiTask> {
    return await (includeData ? this.withData : this.withoutData).get(id);
  }
}

function idsOf(all: WantedTask[], includeData: boolean): number[] {
  return all.filter((one) => one.includeData === includeData).map(({ id }) => id);
}

function batchReader(connection: Connection, ids: number[], includes: string[]) {
  return new BatchReader<number, ApiTask>(
    ids,
    async (all) => await readTasksByIds(connection, all, includes),
    // By itself, ProcessMaker says why a Task is not in the list.
    async (id) => await readTask(connection, id, includes),
  );
}
