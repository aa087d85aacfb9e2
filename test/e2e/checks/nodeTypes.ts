import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

const PACKAGE = 'n8n-nodes-processmaker';

/** n8n has loaded both nodes, and made the AI tool. */
export async function checkNodeTypes({ checks, client }: Subject): Promise<void> {
  await checks.check('n8n lists the node, its AI tool, its human review and the trigger', async () => {
    const names = (await client.nodeTypes()).map(({ name }) => name);
    const ours = names.filter((name) => name.startsWith(PACKAGE)).sort();
    assert.deepEqual(ours, [
      `${PACKAGE}.processMaker`,
      `${PACKAGE}.processMakerHitlTool`,
      `${PACKAGE}.processMakerTool`,
      `${PACKAGE}.processMakerTrigger`,
    ]);
  });
}
