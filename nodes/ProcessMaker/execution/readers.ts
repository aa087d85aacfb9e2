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

/** Gives what a map holds under a key; makes it when it is asked for first. */
export function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** Reads the things that a run needs, all of them at once when the first is asked for. */
export class BatchReader<K, V> {
  private batch: Promise<Map<K, V | ProcessMakerError>> | undefined;

  /** @param readAll gives errors under their keys @param readOne reads what that has not given, and says why */
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

interface OfRequest {
  reference: RequestReference;
}

/** Finds the Requests of case numbers: those of all items together, and only when one is needed. */
export class RequestIds {
  private cases: Promise<Batch<number>> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly all: OfRequest[],
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

  async knownIds(items: OfRequest[]): Promise<number[]> {
    const cases = await this.findAll();
    const ids = items.map(({ reference: one }) => ('id' in one ? one.id : cases.get(one.caseNumber)));
    return ids.filter((id) => typeof id === 'number');
  }

  private async findAll(): Promise<Batch<number>> {
    const numberOf = ({ reference }: OfRequest) => ('caseNumber' in reference ? reference.caseNumber : []);
    this.cases ??= findCases(this.connection, [...new Set(this.all.flatMap(numberOf))]);
    return await this.cases;
  }
}

/** An item that names a Request, and what it is to bring along: names that ProcessMaker's `include` knows. */
interface Wanted extends OfRequest {
  includes: string[];
}

/** Reads the Requests of a run: all that are to bring the same along together. */
export class RequestReader {
  readonly ids: RequestIds;

  private readonly readers = new Map<string, Promise<BatchReader<number, ApiRequest>>>();

  constructor(
    private readonly connection: Connection,
    private readonly all: Wanted[],
  ) {
    this.ids = new RequestIds(connection, all);
  }

  async get({ reference, includes }: Wanted): Promise<ApiRequest> {
    const id = await this.ids.idOf(reference);
    const reader = await once(this.readers, includes.join(), async () => await this.readerOf(includes));
    return await reader.get(id);
  }

  private async readerOf(includes: string[]): Promise<BatchReader<number, ApiRequest>> {
    const { connection } = this;
    const same = this.all.filter((one) => one.includes.join() === includes.join());
    return new BatchReader(
      await this.ids.knownIds(same),
      async (ids) => await readByIds(connection, ids, includes),
      async (id) => await readRequest(connection, id, includes),
    );
  }
}

interface WantedTask {
  id: number;
  includeData?: boolean;
}

/** Reads the Tasks of a run, all together in as few calls as can be. */
export class TaskReader {
  private readonly withData: BatchReader<number, ApiTask>;

  private readonly withoutData: BatchReader<number, ApiTask>;

  constructor(connection: Connection, all: WantedTask[]) {
    const readerOf = (withData: boolean, includes: string[]) =>
      new BatchReader(
        all.filter(({ includeData = false }) => includeData === withData).map(({ id }) => id),
        async (ids) => await readTasksByIds(connection, ids, includes),
        // By itself, ProcessMaker says why a Task is not in the list.
        async (id) => await readTask(connection, id, includes),
      );
    this.withData = readerOf(true, ['data']);
    this.withoutData = readerOf(false, []);
  }

  async get({ id, includeData }: WantedTask): Promise<ApiTask> {
    return await (includeData ? this.withData : this.withoutData).get(id);
  }
}
