import type { IDataObject } from 'n8n-workflow';

/** The shape of a value, in the part of JSON Schema that n8n's editor reads. */
interface Schema {
  type: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** Where n8n looks for the shape of an operation's output: beside the node, by its version. */
export const schemaFile = (operation: string): string =>
  `nodes/ProcessMaker/__schema__/v1.0.0/${operation.replace(' ', '/')}.json`;

/** Its fields are those of a person's own process. */
const FREE = 'data';

/**
 * The shape of the output of each operation, by `resource operation`.
 *
 * @param outputs the items of each
 */
export function schemasOf(outputs: Map<string, IDataObject[]>): Map<string, object> {
  const all = shapeOf([...outputs.values()].flat());
  return new Map(
    [...outputs].map(([operation, items]) => [
      operation,
      { ...withKnownTypes(shapeOf(items), all), version: 1 },
    ]),
  );
}

/** The editor reads one type of each value, so that null gives way to every other. */
function shapeOf(values: unknown[], name = ''): Schema {
  const given = values.filter((value) => value !== null && value !== undefined);
  const lists = given.filter((value) => Array.isArray(value)) as unknown[][];
  if (lists.length > 0) {
    const inside = lists.flat();
    return { type: 'array', ...(inside.length > 0 && { items: shapeOf(inside) }) };
  }
  const objects = given.filter((value): value is IDataObject => typeof value === 'object');
  if (objects.length > 0) {
    const names = name === FREE ? [] : [...new Set(objects.flatMap((object) => Object.keys(object)))];
    const shapes = names.map((key) => {
      const inside = objects.map((object) => object[key]);
      return [key, shapeOf(inside, key)] as const;
    });
    return { type: 'object', properties: Object.fromEntries(shapes) };
  }
  const [value = null] = given;
  if (value === null) return { type: 'null' };
  return { type: Number.isInteger(value) ? 'integer' : typeof value };
}

/** What is null in all examples of an operation may have a value in those of another: a name means the same in all. */
function withKnownTypes(schema: Schema, all: Schema | undefined): Schema {
  if (schema.type === 'null') return all ?? schema;
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(
    ([name, one]) => [name, withKnownTypes(one, all?.properties?.[name])] as const,
  );
  return { ...schema, properties: Object.fromEntries(properties) };
}
