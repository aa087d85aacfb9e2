import { inputFailure, type Result } from '../../transport/failure';

/** Sees to it that each Task is changed by one item of a run only. */
export class OnePerTask {
  private readonly items = new Map<number, number>();

  /** @returns a failure when an item before has the same Task */
  take(taskId: number, itemIndex: number): Result<number> {
    const other = this.items.get(taskId);
    if (other === undefined) {
      this.items.set(taskId, itemIndex);
      return { ok: true, value: taskId };
    }
    return inputFailure(
      `'Task' holds Task ${taskId}, which item ${other} holds already`,
      "Each Task can be given once in a run. Take the other items out, e.g. with n8n's node Remove Duplicates.",
    );
  }
}
