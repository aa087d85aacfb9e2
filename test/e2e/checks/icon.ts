import { strict as assert } from 'node:assert';
import type { Locator } from 'playwright-core';

import type { Subject } from '../subject';

/** The icon is that of the theme wherever n8n shows it. A node with its credential is open when this ends. */
export async function checkIcon({ checks, editor, credential }: Subject, file: string): Promise<void> {
  await checks.check(
    `the icon in the node panel, of the open node, on the canvas and in the credential's form is ${file}`,
    async () => {
      await editor.newWorkflow();
      await assertIcon(await editor.searchNode('start request'), file);
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      await assertIcon(editor.panel, file);
      await assertIcon(editor.page.getByTestId('canvas-node').filter({ hasText: 'Start request' }), file);
      await editor.chooseCredential(credential.name);
      await editor.panel.getByTestId('credential-edit-button').click();
      await assertIcon(editor.page.getByTestId('editCredential-modal'), file);
    },
    'iconFitsTheTheme',
  );
}

async function assertIcon(where: Locator, file: string): Promise<void> {
  const icon = where.locator('img[src*="processmaker"]').locator('visible=true').first();
  await icon.waitFor();
  const address = await icon.getAttribute('src');
  assert.equal(address?.split('/').at(-1), file);
  const width = await icon.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
  assert.ok(width > 0, `${address} is not a picture.`);
}
