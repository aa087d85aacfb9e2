import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import type { Cleanup } from '../../demo/cleanup';
import { CREDENTIAL_TYPE } from '../../demo/example';
import { N8nClient } from '../../demo/n8nClient';
import { startN8nWithPackage } from '../../demo/n8nWithPackage';
import { state } from '../../demo/paths';
import { freePort } from '../../demo/ports';
import { runProgram } from '../../demo/program';
import { say } from '../../demo/progress';
import type { Stop } from '../../demo/stop';
import { startProcessMaker } from '../processmaker';
import { findChromium, startBrowser } from './browser';
import { Checks } from './checkList';
import { Editor } from './editor';
import { checkBeforeRun } from './checks/beforeRun';
import { checkCredential } from './checks/credential';
import { checkDarkMode } from './checks/darkMode';
import { checkElementLists } from './checks/elementLists';
import { checkExamples } from './checks/examples';
import { checkHttpRequest } from './checks/httpRequest';
import { checkIcon } from './checks/icon';
import { checkMapFromForm } from './checks/mapFromForm';
import { checkNodeTypes } from './checks/nodeTypes';
import { checkOAuth2 } from './checks/oauth2';
import { checkPanelTexts } from './checks/panelTexts';
import { checkSavedValues } from './checks/savedValues';
import { checkSleeping } from './checks/sleeping';
import { checkStartRequest } from './checks/startRequest';
import { checkTool } from './checks/tool';
import { checkTrigger } from './checks/trigger';

/** Pictures of the page at failed checks. */
const FAILURES = path.join(state, 'e2e');
const OWNER = { email: 'editor@example.com', password: 'ProcessMaker4' };

async function test(stop: Stop, cleanup: Cleanup): Promise<Checks> {
  const { signal } = stop;
  const chromium = findChromium();
  rmSync(FAILURES, { recursive: true, force: true });
  const folder = cleanup.temporaryFolder('e2e');
  const n8n = await startN8nWithPackage(folder, signal);
  cleanup.add(() => n8n.stop());
  const clock = { behindMs: 0 };
  const processMaker = await startProcessMaker({
    now: () => new Date(Date.now() - clock.behindMs),
    port: await freePort(8090),
    oauth: { client: { redirectUris: [`${n8n.url}/rest/oauth2-credential/callback`] } },
  });
  cleanup.add(() => processMaker.close());

  const client = new N8nClient(n8n.url, signal);
  await client.setUpOwner(OWNER);
  const credential = await client.createCredential('ProcessMaker account', CREDENTIAL_TYPE, {
    instanceUrl: processMaker.url,
    accessToken: processMaker.tokens.limited,
  });
  const browser = await startBrowser(chromium);
  cleanup.add(() => browser.close());
  signal.addEventListener('abort', () => void browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const editor = new Editor(page, n8n.url);

  const checks = new Checks(async (name) => {
    mkdirSync(FAILURES, { recursive: true });
    const file = path.join(FAILURES, `${name.replace(/\W+/g, '-')}.png`);
    await page.screenshot({ path: file });
    say(`  ${file}`);
  });
  await checks.check('a person signs in', () => editor.signIn(OWNER));
  const subject = { checks, editor, client, processMaker, clock, credential, n8n };
  await checkNodeTypes(subject);
  await checkIcon(subject, 'processmaker.svg');
  await checkStartRequest(subject);
  await checkMapFromForm(subject);
  await checkSavedValues(subject);
  await checkTool(subject);
  await checkBeforeRun(subject);
  await checkPanelTexts(subject);
  await checkCredential(subject);
  await checkHttpRequest(subject);
  await checkSleeping(subject);
  await checkElementLists(subject);
  await checkTrigger(subject);
  await checkOAuth2(subject);
  await checkExamples(subject);
  await checkDarkMode({ ...subject, checks: checks.again('in dark mode', 'InDarkMode') });
  return checks;
}

void runProgram(test, (checks) => {
  console.log(checks.summary());
  console.log(checks.named());
  return checks.allPassed;
});
