import { inputFailure, type Result } from '../../../transport/failure';
import type { RequestIds, RequestReference } from '../../../api/requests/requestReference';
import type { InputFile } from '../../../input/inputFiles';

interface Claim {
  itemIndex: number;
  request: RequestReference;
  files: InputFile[];
}

/**
 * Which item of a run uploads to which variable of which Request: ProcessMaker keeps one file for each, so that a second
 * item would take away what the first has uploaded.
 */
export class FileClaims {
  private firstItems: Promise<Map<string, number>> | undefined;

  constructor(
    private readonly ids: RequestIds,
    private readonly all: Claim[],
  ) {}

  async check(requestId: number, { itemIndex, files }: Claim): Promise<Result<object>> {
    this.firstItems ??= this.findFirstItems();
    const firstItems = await this.firstItems;
    for (const { variable } of files) {
      const first = firstItems.get(keyOf(requestId, variable));
      if (first === undefined || first === itemIndex) continue;
      return inputFailure(
        `Item ${first} uploads a file to the variable '${variable}' of Request ${requestId} too, and this one would take its place`,
        "Give each file a variable of its own, with an expression in 'Variable'. Without a variable, the name of the file is taken.",
      );
    }
    return { ok: true, value: {} };
  }

  private async findFirstItems(): Promise<Map<string, number>> {
    const firstItems = new Map<string, number>();
    for (const { itemIndex, request, files } of this.all) {
      const id = await this.ids.idOf(request);
      if (!id.ok) continue;
      for (const { variable } of files) {
        const key = keyOf(id.value, variable);
        if (!firstItems.has(key)) firstItems.set(key, itemIndex);
      }
    }
    return firstItems;
  }
}

function keyOf(requestId: number, variable: string): string {
  return `${requestId} ${variable}`;
}
