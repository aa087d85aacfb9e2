import { stripMarkup } from '../data/sanitise';

/** The parameters of a URL, as PHP reads them: the last one of a name counts. */
export class Query {
  constructor(private readonly parameters: URLSearchParams) {}

  /** The value without blanks around it; empty when missing. */
  text(name: string): string {
    return this.parameters.getAll(name).at(-1)?.trim() ?? '';
  }

  /** The text of a search, without the markup that the server takes out of parameters as it does out of data. */
  search(): string {
    return stripMarkup(this.text('filter'));
  }

  /** The same, but for one parameter. */
  with(name: string, value: string): Query {
    const parameters = new URLSearchParams(this.parameters);
    parameters.set(name, value);
    return new Query(parameters);
  }

  has(name: string): boolean {
    return this.parameters.has(name);
  }

  /** The parts of a comma-separated value. */
  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .filter((part) => part !== '');
  }
}
