import path from 'node:path';
import type { Locator, Page } from 'playwright-core';

import type { Owner } from '../../demo/n8nClient';
import { root } from '../../demo/paths';

/** n8n's editor, as a person uses it. */
export class Editor {
  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.setDefaultTimeout(20_000);
  }

  /** The open node's panel. */
  get panel(): Locator {
    return this.page.getByTestId('ndv');
  }

  get output(): Locator {
    return this.page.getByTestId('output-panel');
  }

  async signIn(owner: Owner): Promise<void> {
    await this.page.goto(`${this.url}/signin`);
    await this.page.locator('input[name=emailOrLdapLoginId]').fill(owner.email);
    await this.page.locator('input[name=password]').fill(owner.password);
    await this.page.keyboard.press('Enter');
    await this.page.waitForURL((url) => !url.pathname.includes('signin'));
  }

  async newWorkflow(): Promise<void> {
    await this.page.goto(`${this.url}/workflow/new`);
    await this.page.getByTestId('canvas-add-button').waitFor();
  }

  async searchNode(text: string): Promise<Locator> {
    await this.page.keyboard.press('n');
    await this.page.getByTestId('node-creator-search-bar').fill(text);
    return this.page.getByTestId('node-creator');
  }

  /** Adds a node from the node panel: the node's name first, then the name of one of its actions. */
  async addNode(search: string, name: string, action?: string): Promise<void> {
    const found = await this.searchNode(search);
    await found.getByText(name, { exact: true }).first().click();
    if (action) await this.chooseAction(found, action);
    await this.panel.waitFor();
  }

  /** The list of actions is closed in a workflow without a trigger, since n8n shows the triggers then. */
  private async chooseAction(found: Locator, action: string): Promise<void> {
    const entry = found.getByText(action, { exact: true });
    const actions = found.getByText(/^Actions \(\d+\)$/);
    await actions.or(entry).first().waitFor();
    if (!(await entry.isVisible())) await actions.click();
    await entry.click();
  }

  async openNode(name: string): Promise<void> {
    await this.page.getByTestId('canvas-node').filter({ hasText: name }).dblclick();
    await this.panel.waitFor();
  }

  parameter(name: string): Locator {
    return this.panel.getByTestId(`parameter-input-${name}`);
  }

  /** What a select field shows. */
  value(parameter: string): Promise<string> {
    return this.parameter(parameter).locator('input').first().inputValue();
  }

  /** What a field with a list from the server shows. */
  chosenFromList(parameter: string): Promise<string> {
    return this.listField(parameter).inputValue();
  }

  async choose(parameter: string, option: string): Promise<void> {
    await this.parameter(parameter).click();
    await this.option(option).click();
  }

  async chooseCredential(name: string): Promise<void> {
    await this.panel.getByTestId('node-credentials-select').click();
    await this.option(name).click();
  }

  /** Picks an entry of a list that the node fetches from the server. */
  async chooseFromList(parameter: string, search: string, entry: string): Promise<void> {
    await this.openList(parameter);
    await this.page.getByTestId('rlc-search').locator('visible=true').fill(search);
    await this.listEntries().getByText(entry, { exact: true }).click();
  }

  async openList(parameter: string): Promise<void> {
    await this.listField(parameter).click();
  }

  listEntries(): Locator {
    return this.page.getByTestId('rlc-item').locator('visible=true');
  }

  async typeCode(parameter: string, text: string): Promise<void> {
    await this.parameter(parameter).locator('.cm-content').click();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
  }

  async execute(): Promise<void> {
    await this.panel.getByTestId('node-execute-button').click();
  }

  async importWorkflow(file: string): Promise<void> {
    await this.page.getByTestId('workflow-import-input').setInputFiles(file);
  }

  /** Saves a picture for the README, when the test is run with --screenshots: each run's pictures differ a little. */
  async screenshot(name: string): Promise<void> {
    if (!process.argv.includes('--screenshots')) return;
    await this.dismissNotifications();
    await this.page.screenshot({ path: path.join(root, 'docs', 'screenshots', `${name}.png`) });
  }

  /** Notifications would cover the panel. */
  private async dismissNotifications(): Promise<void> {
    const notifications = this.page
      .getByRole('alert')
      .filter({ has: this.page.locator('.el-notification__closeBtn') });
    // They slide in after the result is there, and move while others go.
    await this.page.waitForTimeout(800);
    for (const notification of (await notifications.all()).reverse()) {
      await notification.locator('.el-notification__closeBtn').click();
    }
    await this.page.mouse.move(640, 790);
    await this.page.waitForTimeout(800);
  }

  /** An entry of the list that is open. */
  option(text: string): Locator {
    return this.page.getByRole('option', { name: text }).locator('visible=true').first();
  }

  private listField(parameter: string): Locator {
    return this.panel.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input');
  }
}
