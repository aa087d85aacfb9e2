import { inputError } from '../../transport/processMakerError';

/** Sees to it that each Task is changed by one item of a run only. */
export class OnePerTask {
  private readonly items = new Map<number, number>();

  /** @throws ProcessMakerError when an item before has the same Task */
  take(taskId: number, itemIndex: number): void {
    const other = this.items.get(taskId);
    if (other !== undefined) {
      throw inputError(
        `'Task' holds Task ${taskId}, which item ${other} holds already`,
        "Each Task can be given once in a run. Take the other items out, e.g. with n8n's node Remove Duplicates.",
      );
    }
    this.items.set(taskId, itemIndex);
  }
}
