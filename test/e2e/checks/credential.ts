import { strict as assert } from 'node:assert';

import { CREDENTIAL_TYPE } from '../../../demo/example';
import type { Subject } from '../subject';

const GATEWAY_KEY = 'gateway-key-2f9c41';

/** The credential's form; the node with its credential is open when this begins. */
export async function checkCredential({ checks, editor, client, processMaker }: Subject): Promise<void> {
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

  await checks.check(
    'the values of extra headers do not come back from n8n, nor does the token',
    async () => {
      const { id } = await client.createCredential('ProcessMaker behind a gateway', CREDENTIAL_TYPE, {
        instanceUrl: processMaker.url,
        accessToken: processMaker.tokens.limited,
        extraHeaders: { header1: { name: 'X-Gateway-Key', value: GATEWAY_KEY } },
      });
      const shown = JSON.stringify(await client.readCredential(id));
      assert.ok(shown.includes('X-Gateway-Key'), `n8n shows no header: ${shown}`);
      assert.ok(!shown.includes(GATEWAY_KEY), 'n8n shows the value of a header.');
      assert.ok(!shown.includes(processMaker.tokens.limited), 'n8n shows the token.');
    },
  );
}
