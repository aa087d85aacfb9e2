import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

/** n8n's HTTP Request node can use the credential, for all that the node does not cover. */
export async function checkHttpRequest({ checks, editor, processMaker, credential }: Subject): Promise<void> {
  await checks.check('the HTTP Request node takes the credential and gets an answer', async () => {
    await editor.newWorkflow();
    await editor.addNode('http request', 'HTTP Request');
    await editor.parameter('url').locator('.cm-content, input').first().click();
    await editor.page.keyboard.insertText(`${processMaker.url}/api/1.0/start_processes?filter=pay`);
    await editor.choose('authentication', 'Predefined Credential Type');
    await editor.parameter('nodeCredentialType').click();
    await editor.page.keyboard.type('ProcessMaker');
    await editor.option('ProcessMaker API').click();
    await editor.chooseCredential(credential.name);
    await editor.execute();
    await editor.output.getByText('start_events').first().waitFor();
    await editor.screenshot('http-request');
    const last = processMaker.calls.at(-1);
    assert.equal(last?.headers.authorization, `Bearer ${processMaker.tokens.limited}`);
  });
}
