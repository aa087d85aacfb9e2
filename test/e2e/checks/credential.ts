import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

/** The credential's form; the node with its credential is open when this begins. */
export async function checkCredential({ checks, editor, processMaker }: Subject): Promise<void> {
  const form = editor.page.getByTestId('credential-edit-dialog');

  await checks.check('the credential form shows its fields, and n8n has tested it', async () => {
    await editor.panel.getByTestId('credential-edit-button').click();
    await form.getByText('Connection tested successfully').waitFor();
    for (const label of ['Instance URL', 'Access Token', 'Ignore SSL Issues']) {
      await form.getByText(label).first().waitFor();
    }
    await editor.screenshot('credential');
  });

  await checks.check('the saved token is not shown', async () => {
    const shown = await form.getByTestId('parameter-input-accessToken').locator('input').inputValue();
    assert.ok(!shown.includes(processMaker.tokens.limited), 'The form holds the token.');
  });
}
