import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../demo/example';
import type { Subject } from '../subject';

/** What the editor shows of a node that has not run yet, and of one that sleeps. */
export async function checkBeforeRun({ checks, editor, client, credential }: Subject): Promise<void> {
  const common = { typeVersion: 1, parameters: {} };
  const { id } = await client.createWorkflow({
    name: 'Before a run',
    nodes: [
      { ...common, id: '0', name: 'Start', type: 'n8n-nodes-base.manualTrigger', position: [0, 0] },
      {
        ...{ id: '1', name: 'Order', type: NODE_TYPE, typeVersion: 1, position: [300, 0] },
        parameters: {
          resource: 'request',
          operation: 'start',
          process: { __rl: true, mode: 'name', value: 'Purchase order approval' },
          dataMode: 'json',
          jsonData: '{}',
          waitFor: 'callback',
        },
        credentials: { [CREDENTIAL_TYPE]: credential },
      },
      {
        ...{ id: '2', name: 'After', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [600, 0] },
        parameters: { options: {} },
      },
    ],
    connections: {
      Start: { main: [[{ node: 'Order', type: 'main', index: 0 }]] },
      Order: { main: [[{ node: 'After', type: 'main', index: 0 }]] },
    },
    pinData: {},
  });

  await checks.check(
    'the fields of an output can be mapped before the first run',
    async () => {
      await editor.openWorkflow(id);
      await editor.openNode('After');
      await editor.panel.getByText('caseNumber', { exact: true }).first().waitFor();
      await editor.closeNode();
    },
    'outputShownBeforeRun',
  );

  await checks.check(
    'the panel of a node that sleeps names what it waits for',
    async () => {
      await editor.openNode('Order');
      await editor.execute();
      await editor.output.getByText(/in the variable '_n8n_resume_url' of its Request/).waitFor();
      await editor.closeNode();
    },
    'waitingIsNamed',
  );
}
