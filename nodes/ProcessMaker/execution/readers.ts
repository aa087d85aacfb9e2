import { type Batch, valueIn } from '../api/lists';
import {
  type ApiRequest,
  findCases,
  readByIds,
  readRequest,
  type RequestReference,
} from '../api/requests/requests';
import { type ApiTask, readTask, readTasksByIds } from '../api/tasks/tasks';
import type { Connection } from '../transport/connection';
import { ProcessMakerError } from '../transport/processMakerError';

/** Reads the things that a run needs, all of them at once when the first is asked for. */
export class BatchReader<K, V> {
  private batch: Promise<Map<K, V | ProcessMakerError>> | undefined;

  /**
   * @param keys those of all items of the run
   * @param readAll gives what it finds, and under a key that could not be read the error
   * @param readOne reads what `readAll` has not given, and says why it is not there
   */
  constructor(
    private readonly keys: Iterable<K>,
    private readonly readAll: (keys: K[]) => Promise<Map<K, V | ProcessMakerError>>,
    private readonly readOne: (key: K) => Promise<V>,
  ) {}

  /** @throws ProcessMakerError that belongs to the key */
  async get(key: K): Promise<V> {
    this.batch ??= this.readAll([...new Set(this.keys)]);
    const value = (await this.batch).get(key);
    if (value instanceof ProcessMakerError) throw value;
    return value === undefined ? await this.readOne(key) : value;
  }
}

/** Finds the Requests of case numbers: those of all items together, and only when one is needed. */
export class RequestIds {
  private cases: Promise<Batch<number>> | undefined;

  /** @param references those of all items of the run */
  constructor(
    private readonly connection: Connection,
    private readonly references: RequestReference[],
  ) {}

  /** @throws ProcessMakerError also when the user of the access token may see no Request with the case number */
  async idOf(reference: RequestReference): Promise<number> {
    // Awaited for an id too, so that items of one Request go on in their order, however each of them names it.
    const cases = await this.findAll();
    if ('id' in reference) return reference.id;
    const { caseNumber } = reference;
    if (cases.has(caseNumber)) return valueIn(cases, caseNumber) as number;
    return valueIn(await findCases(this.connection, [caseNumber]), caseNumber) as number;
  }

  /** The ids of all references whose Requests were found. */
  async knownIds(references: RequestReference[]): Promise<number[]> {
    const cases = await this.findAll();
    const ids = references.map((one) => ('id' in one ? one.id : cases.get(one.caseNumber)));
    return ids.filter((id) => typeof id === 'number');
  }

  private async findAll(): Promise<Batch<number>> {
    this.cases ??= findCases(this.connection, caseNumbersIn(this.references));
    return await this.cases;
  }
}

function caseNumbersIn(references: RequestReference[]): number[] {
  const numbers = references.flatMap((one) => ('caseNumber' in one ? [one.caseNumber] : []));
  return [...new Set(numbers)];
}

/** A Request to read, and what it is to bring along. */
export interface Wanted {
  reference: RequestReference;
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
}

/** Reads the Requests of a run: all that are to bring the same along together. */
export class RequestReader {
  private readonly readers = new Map<string, Promise<BatchReader<number, ApiRequest>>>();

  /** @param all what the items of the run want */
  constructor(
    private readonly connection: Connection,
    private readonly ids: RequestIds,
    private readonly all: Wanted[],
  ) {}

  async get({ reference, includes }: Wanted): Promise<ApiRequest> {
    const id = await this.ids.idOf(reference);
    const key = includes.join(',');
    let reader = this.readers.get(key);
    if (!reader) {
      reader = this.readerOf(includes);
      this.readers.set(key, reader);
    }
    return await (await reader).get(id);
  }

  private async readerOf(includes: string[]): Promise<BatchReader<number, ApiRequest>> {
    const same = this.all.filter((one) => one.includes.join(',') === includes.join(','));
    const known = await this.ids.knownIds(same.map(({ reference }) => reference));
    return new BatchReader(
      known,
      async (ids) => await readByIds(this.connection, ids, includes),
      async (id) => await readRequest(this.connection, id, includes),
    );
  }
}

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
