import path from 'node:path';
import type { Locator, Page } from 'playwright-core';

import type { Owner } from '../../demo/n8nClient';
import { root } from '../../demo/paths';
import { NodePanel } from './nodePanel';

/** How n8n looks. */
export type Theme = 'Light' | 'Dark';

/** n8n's editor, as a person uses it. */
export class Editor extends NodePanel {
  private theme: Theme = 'Light';

  constructor(
    page: Page,
    private readonly url: string,
  ) {
    super(page);
    page.setDefaultTimeout(20_000);
  }

  async signIn(owner: Owner): Promise<void> {
    await this.page.goto(`${this.url}/signin`);
    await this.page.locator('input[name=emailOrLdapLoginId]').fill(owner.email);
    await this.page.locator('input[name=password]').fill(owner.password);
    await this.page.keyboard.press('Enter');
    await this.page.waitForURL((url) => !url.pathname.includes('signin'));
  }

  /** Chooses how n8n looks, in the person's own settings. */
  async chooseTheme(theme: Theme): Promise<void> {
    await this.page.goto(`${this.url}/settings/personal`);
    await this.page.getByTestId('theme-select').click();
    await this.option(theme).click();
    await this.page.getByTestId('save-settings-button').click();
    await this.page.locator(`body[data-theme=${theme.toLowerCase()}]`).waitFor();
    this.theme = theme;
  }

  async newWorkflow(): Promise<void> {
    await this.page.goto(`${this.url}/workflow/new`);
    await this.page.getByTestId('canvas-add-button').waitFor();
  }

  async openWorkflow(id: string): Promise<void> {
    // Not until everything is loaded: n8n may still be saving what was open before.
    await this.page.goto(`${this.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
    await this.page.getByTestId('canvas-node').first().waitFor();
  }

  /** Saves the open workflow, if n8n has not yet done so by itself. */
  async save(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+S');
    await this.page.waitForTimeout(3_000);
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

  /** Publishes the open workflow, and gives its id. */
  async publish(): Promise<{ id: string }> {
    await this.page.getByTestId('workflow-open-publish-modal-button').click();
    await this.page.getByTestId('workflow-publish-button').click();
    await this.page.getByTestId('activation-modal').waitFor();
    return { id: new URL(this.page.url()).pathname.split('/')[2] ?? '' };
  }

  async importWorkflow(file: string): Promise<void> {
    await this.page.getByTestId('workflow-import-input').setInputFiles(file);
  }

  /**
   * Saves a picture for the documents, when the test is run with --screenshots: each run's pictures differ a little.
   * A check that runs in both themes gives a picture in one of them.
   */
  async screenshot(name: string, theme: Theme = 'Light'): Promise<void> {
    if (!process.argv.includes('--screenshots') || theme !== this.theme) return;
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
}
