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
