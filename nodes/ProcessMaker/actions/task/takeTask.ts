import type { Connection } from '../../transport/connection';
import { inputError } from '../../transport/processMakerError';

/** By the connection of a run: the item that has each Task. */
const takenIn = new WeakMap<Connection, Map<number, number>>();

/** @throws ProcessMakerError when an item before has the same Task: each is changed by one item of a run only */
export function takeTask(connection: Connection, taskId: number, itemIndex: number): void {
  const taken = takenIn.get(connection) ?? new Map<number, number>();
  takenIn.set(connection, taken);
  const other = taken.get(taskId);
  if (other !== undefined) {
    throw inputError(
      `'Task' holds Task ${taskId}, which item ${other} holds already`,
      "Each Task can be used once in a run. Take the other items out, e.g. with n8n's node Remove Duplicates.",
    );
  }
  taken.set(taskId, itemIndex);
}
