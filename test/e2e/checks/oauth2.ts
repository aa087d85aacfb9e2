import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';

import type { Subject } from '../subject';

const TYPE = 'processMakerOAuth2Api';
const NAME = 'ProcessMaker OAuth2 account';
const PROCESS = 'Purchase order approval';

/** A person connects the OAuth2 credential, by signing in to ProcessMaker, and uses it. */
export async function checkOAuth2(subject: Subject): Promise<void> {
  const { checks, editor, client, processMaker } = subject;
  const form = editor.page.getByTestId('credential-edit-dialog');

  await checks.check('the OAuth2 credential is connected by signing in to ProcessMaker', async () => {
    const { id, secret } = processMaker.oauth.client;
    // As a person would paste it.
    const instanceUrl = `${processMaker.url}/requests`;
    await client.createCredential(NAME, TYPE, { instanceUrl, clientId: id, clientSecret: secret });
    await editor.newWorkflow();
    await editor.addNode('start request', 'ProcessMaker', 'Start request');
    await editor.chooseCredential(NAME);
    await editor.panel.getByTestId('credential-edit-button').click();
    await form.getByText('Client credentials do not work').waitFor();
    await editor.screenshot('credential-oauth2');
    const [popup] = await Promise.all([
      editor.page.waitForEvent('popup'),
      form.getByRole('button', { name: /^Connect/ }).click(),
    ]);
    await letIn(popup, processMaker.oauth.password('limited'));
    await form.getByText('Account connected').waitFor();
    // Closes the node's panel along with the form.
    await editor.page.keyboard.press('Escape');
  });

  await checks.check('the node works with the OAuth2 credential, also when its token has ended', async () => {
    await editor.openNode('Start request');
    await editor.chooseFromList('process', 'purchase', PROCESS);
    await editor.choose('dataMode', 'JSON');
    await editor.typeCode('jsonData', '{"orderNumber":"PO-1002"}');
    const token = tokenOf(processMaker.calls.at(-1)?.headers.authorization);
    processMaker.oauth.expire(token);
    await editor.execute();
    await editor.output.getByText('ACTIVE').first().waitFor();
    const [request] = processMaker.requests().slice(-1);
    assert.equal(request?.data.orderNumber, 'PO-1002');
    assert.notEqual(tokenOf(processMaker.calls.at(-1)?.headers.authorization), token);
  });
}

/** What a person does in ProcessMaker's window. */
async function letIn(window: Page, password: string): Promise<void> {
  await window.locator('input[name=username]').fill('limited');
  await window.locator('input[name=password]').fill(password);
  await window.keyboard.press('Enter');
  await window.getByRole('button', { name: 'Let it in' }).click();
}

function tokenOf(authorization: string | string[] | undefined): string {
  return String(authorization).replace(/^Bearer /, '');
}
