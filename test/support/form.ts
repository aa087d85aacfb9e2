import type { INodeParameters, ResourceMapperFields, ResourceMapperValue } from 'n8n-workflow';

type Values = Record<string, string | number | boolean | null>;

/** n8n's own defaults of the switches are the node's. */
type Settings = Partial<Pick<ResourceMapperValue, 'attemptToConvertTypes' | 'convertFieldsToString'>>;

/** 'Form Fields' as the editor saves it when a person has mapped these values by hand. */
export function mapped(
  { fields }: ResourceMapperFields,
  values: Values,
  settings: Settings = {},
): INodeParameters {
  const schema = fields.map((field) => ({
    ...field,
    removed: field.removed === true && !(field.id in values),
  }));
  const initial = schema
    .filter(({ removed }) => !removed)
    .map(({ id, type, defaultValue }) => [
      id,
      defaultValue === undefined && type === 'boolean' ? false : defaultValue,
    ]);
  const all = { ...(Object.fromEntries(initial) as Values), ...values };
  // The editor takes out what is null.
  const value = Object.fromEntries(Object.entries(all).filter(([, given]) => (given ?? null) !== null));
  return parameters({ mappingMode: 'defineBelow', value, schema, ...settings });
}

/** 'Form Fields' as the editor saves it when they are mapped automatically. */
export function mappedAutomatically(
  { fields }: ResourceMapperFields,
  settings: Settings = {},
): INodeParameters {
  return parameters({ mappingMode: 'autoMapInputData', value: null, schema: fields, ...settings });
}

function parameters(
  mapper: Pick<ResourceMapperValue, 'mappingMode' | 'value' | 'schema'> & Settings,
): INodeParameters {
  const formFields = {
    matchingColumns: [],
    attemptToConvertTypes: true,
    convertFieldsToString: true,
    ...mapper,
  };
  return { dataMode: 'mapFromForm', formFields };
}
