import { type ApiTask } from '../../../api/tasks/tasks';
import { lookTimes, SharedLook } from '../../../execution/change';
import { TaskReader } from '../../../execution/readers';
import { type Connection, pauseFor } from '../../../transport/connection';
import { givenUp } from '../../../transport/processMakerError';

/** A Task that is to be completed, and how long to look for a completion whose outcome is not known. */
interface Wanted {
  id: number;
  windowSeconds: number;
}

/** The look for the Tasks of a run of which it is not known whether they were completed. */
export class TaskLook {
  private readonly began = Date.now();

  /** Those that were open when they were looked at last. */
  private readonly open = new Set<number>();

  private readonly closed: SharedLook<ApiTask>;

  private readonly afterWindow: TaskReader;

  private readonly longestWindow: number;

  constructor(
    private readonly connection: Connection,
    all: Wanted[],
  ) {
    this.closed = new SharedLook(connection, async (keys) => await this.readClosed(keys.map(Number)));
    this.afterWindow = new TaskReader(connection, all);
    this.longestWindow = Math.max(0, ...all.map(({ windowSeconds }) => windowSeconds));
  }

  /** @returns the Task when it is closed; else a sentence on how it was seen last @param times see `lookTimes` */
  async find(id: number, times: number[]): Promise<ApiTask | string> {
    const found = await this.closed.find(String(id), times);
    if (typeof found === 'object') return found;
    return found === 'missing' && this.open.has(id)
      ? `Task ${id} was still open when it was looked at last.`
      : `Task ${id} could not be read afterwards.`;
  }

  /** The same until the window ends, which began with this attempt for all of its items. */
  async findSentBefore({ id, windowSeconds }: Wanted): Promise<ApiTask | string> {
    const passedSeconds = (Date.now() - this.began) / 1000;
    return await this.find(id, lookTimes(Math.max(0, windowSeconds - passedSeconds)));
  }

  /** Reads an open Task again when a completion that was sent before the retry has had the time to come to its end. */
  async readAfterWindow(before: ApiTask, retriedAt: number): Promise<ApiTask> {
    const { id } = before;
    const end = retriedAt + 1000 * this.longestWindow;
    // It was read since.
    if (this.began >= end) return before;
    const { stopped: canceled } = this.connection;
    if (await pauseFor({ canceled }, Math.max(0, end - Date.now())))
      return await this.afterWindow.get({ id });
    throw givenUp(`The execution has ended before Task ${id} was completed`);
  }

  private async readClosed(ids: number[]): Promise<Map<string, ApiTask>> {
    const reader = new TaskReader(
      this.connection,
      ids.map((id) => ({ id })),
    );
    const closed = new Map<string, ApiTask>();
    for (const id of ids) {
      const task = await readIfPossible(() => reader.get({ id }));
      if (task && isClosed(task)) closed.set(String(id), task);
      if (task) this.open.add(id);
      else this.open.delete(id);
    }
    return closed;
  }
}

/** Whether nothing can be completed any more. */
export const isClosed = ({ status }: ApiTask) => status === 'CLOSED';

/** When something cannot be read after the change, what is known of the change stays as it is. */
export async function readIfPossible<T>(readIt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await readIt();
  } catch {
    return undefined;
  }
}
