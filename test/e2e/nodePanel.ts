import type { Locator, Page } from 'playwright-core';

/** The panel of the open node: its parameters and its output. */
export class NodePanel {
  constructor(readonly page: Page) {}

  /** The open node's panel. */
  get panel(): Locator {
    return this.page.getByTestId('ndv');
  }

  get output(): Locator {
    return this.page.getByTestId('output-panel');
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

  /** Clicks entries of a list that stays open, each of which adds what it names, or takes it back. */
  async chooseSeveral(parameter: string, options: string[]): Promise<void> {
    await this.parameter(parameter).click();
    for (const option of options) await this.option(option).click();
    await this.page.keyboard.press('Escape');
  }

  async chooseCredential(name: string): Promise<void> {
    await this.panel.getByTestId('node-credentials-select').click();
    await this.option(name).click();
  }

  /** Picks an entry of a list that the node fetches from the server. */
  async chooseFromList(parameter: string, search: string, entry: string): Promise<void> {
    await this.openList(parameter);
    await this.searchList(search);
    await this.listEntries().getByText(entry, { exact: true }).click();
  }

  /** Says in another way which thing is meant, such as 'By ID'. */
  async enterLocator(parameter: string, mode: string, text: string): Promise<void> {
    await this.chooseMode(parameter, mode);
    await this.listField(parameter).fill(text);
  }

  async chooseMode(parameter: string, mode: string): Promise<void> {
    const field = this.panel.getByTestId(`resource-locator-${parameter}`);
    await field.getByTestId('rlc-mode-selector').click();
    await this.option(mode).click();
  }

  async openList(parameter: string): Promise<void> {
    await this.listField(parameter).click();
  }

  /** Types into the search field of the list that is open. */
  async searchList(text: string): Promise<void> {
    await this.page.getByTestId('rlc-search').locator('visible=true').fill(text);
  }

  listEntries(): Locator {
    return this.page.getByTestId('rlc-item').locator('visible=true');
  }

  async typeCode(parameter: string, text: string): Promise<void> {
    await this.parameter(parameter).locator('.cm-content').click();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
  }

  /** What can still be added to a collection, such as 'Filters', by the text of its button. */
  async optionsToAdd(button: string): Promise<string[]> {
    await this.panel.getByPlaceholder(button).click();
    await this.page.getByRole('option').locator('visible=true').first().waitFor();
    const options = await this.options();
    await this.page.keyboard.press('Escape');
    return options;
  }

  async addOption(button: string, option: string): Promise<void> {
    await this.panel.getByPlaceholder(button).click();
    await this.option(option).click();
  }

  async execute(): Promise<void> {
    await this.panel.getByTestId('node-execute-button').click();
  }

  /** Runs what comes before the open node, which has no input yet, or only that of an earlier execution. */
  async executePreviousNodes(): Promise<void> {
    await this.panel
      .getByText(/^\s*Execute (?:previous nodes|node)\s*$/)
      .first()
      .click();
  }

  /** What a trigger has in the place of executing it. */
  async fetchTestEvent(): Promise<void> {
    await this.panel.getByTestId('node-execute-button').getByText('Fetch Test Event').click();
  }

  async closeNode(): Promise<void> {
    await this.panel.getByTestId('ndv-close-button').click();
    await this.panel.waitFor({ state: 'hidden' });
  }

  /** An entry of the list that is open. */
  option(text: string): Locator {
    return this.page.getByRole('option', { name: text }).locator('visible=true').first();
  }

  /** What the list that is open shows. */
  options(): Promise<string[]> {
    return this.page.getByRole('option').locator('visible=true').allInnerTexts();
  }

  private listField(parameter: string): Locator {
    return this.panel.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input');
  }
}
