import { isSafeObjectProperty, type IDataObject } from 'n8n-workflow';

/** Far above any form; keeps a mistyped index from making a giant list. */
const MAX_INDEX = 999;

/**
 * Puts a value at a path in dot notation, such as `customer.name` or `lines[0].price`, and makes the objects and
 * lists on the way.
 *
 * @returns why it cannot be put there, as a sentence, or undefined when it was
 */
export function setByPath(target: IDataObject, path: string, value: unknown): string | undefined {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  const unsafe = keys.find((key) => key === '' || !isSafeObjectProperty(key));
  if (unsafe !== undefined) return `'${path}' cannot be the name of a field`;

  let container: unknown = target;
  for (const [depth, key] of keys.entries()) {
    if (typeof container !== 'object' || container === null) {
      return `Field '${path}' cannot be set, since another field gives '${keys.slice(0, depth).join('.')}' a plain value`;
    }
    if (Array.isArray(container) && !(/^\d+$/.test(key) && Number(key) <= MAX_INDEX)) {
      return `Field '${path}' cannot be set, since '${keys.slice(0, depth).join('.')}' is a list`;
    }
    const fields = container as Record<string, unknown>;
    const next = keys[depth + 1];
    if (next === undefined) {
      if (Object.hasOwn(fields, key)) return `Field '${path}' is given twice`;
      fields[key] = value;
    } else {
      if (!Object.hasOwn(fields, key)) fields[key] = /^\d+$/.test(next) ? [] : {};
      container = fields[key];
    }
  }
  return undefined;
}
