import type { IExecuteFunctions } from 'n8n-workflow';

import { SERVER_CHANGES, type ServerChange } from '../input/jsonData';

/** Gathers, over a run, what the user should know although no item failed: one hint for each matter. */
export class Hints {
  private readonly changes = new Map<ServerChange, string>();

  private readonly leftOut = new Map<string, number>();

  private isSubWorkflowWithoutKey = false;

  /** A value that ProcessMaker will store in another form. The first example of each kind is kept. */
  change(change: ServerChange, path: string, itemIndex: number): void {
    if (this.changes.has(change)) return;
    this.changes.set(change, `${path === '' ? '' : `field '${path}' of `}item ${itemIndex}`);
  }

  /** A field that was not sent, since ProcessMaker sets it itself. */
  fieldLeftOut(name: string, itemIndex: number): void {
    if (!this.leftOut.has(name)) this.leftOut.set(name, itemIndex);
  }

  /** Items of a sub-workflow that a repeat of its parent would start again. */
  subWorkflowWithoutKey(): void {
    this.isSubWorkflowWithoutKey = true;
  }

  /** Shows the hints on the node's output panel. */
  show(context: IExecuteFunctions): void {
    const messages: string[] = [];
    if (this.leftOut.size > 0) {
      const names = [...this.leftOut].map(([name, item]) => `'${name}' (item ${item})`).join(', ');
      messages.push(
        `Not sent, since ProcessMaker sets it itself in every Request: ${names}, and the same fields of further items.`,
      );
    }
    if (this.isSubWorkflowWithoutKey) {
      messages.push(
        "This is a sub-workflow: if n8n repeats the workflow that calls it, this node starts its Requests again. The option 'Idempotency Key' prevents that.",
      );
    }
    if (this.changes.size > 0) {
      const kinds = [...this.changes].map(([change, where]) => `${SERVER_CHANGES[change]} (${where})`);
      messages.push(
        `ProcessMaker stores some values in another form than they are sent: ${kinds.join('; ')}.`,
      );
    }
    for (const message of messages) context.addExecutionHints({ message, location: 'outputPane' });
  }
}
