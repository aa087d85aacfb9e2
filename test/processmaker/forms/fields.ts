import type { JsonObject } from '../types';
import { itemsInside, type FormItem, type FormPage } from './item';

const COMPONENTS = ['FormInput', 'FormTextArea', 'FormCheckbox', 'FormDatePicker', 'FormSelectList'] as const;

/** An input that a person fills in on the page of a task. */
export interface FormField {
  name: string;
  label: string;
  component: (typeof COMPONENTS)[number];
  format: string;
  options: Record<string, string>;
  /** Several values can be chosen. */
  multiple: boolean;
  required: boolean;
  /** It shows what the data holds, and sends nothing. */
  readOnly: boolean;
}

/** The inputs of a form's first page. Loops and uploads are nothing for the simple page. */
export function fieldsOf(form: FormPage[]): FormField[] {
  return (form[0]?.items ?? []).flatMap(fieldsIn);
}

function fieldsIn(item: FormItem): FormField[] {
  if (item.component === 'FormMultiColumn') return itemsInside(item).flatMap(fieldsIn);
  const component = COMPONENTS.find((known) => known === item.component);
  if (component === undefined) return [];
  const { name, dataFormat, validation, readonly } = item.config as {
    name: string;
    dataFormat: string;
    validation: { value: string }[] | string | null;
    readonly?: boolean;
  };
  const options = item.config['options'] as JsonObject | undefined;
  return [
    {
      name,
      label: item.label,
      component,
      format: dataFormat,
      options: optionsOf(options),
      multiple: options?.['allowMultiSelect'] === true,
      required: Array.isArray(validation) && validation.some(({ value }) => value === 'required'),
      readOnly: readonly === true,
    },
  ];
}

function optionsOf(options: JsonObject | undefined): Record<string, string> {
  const list = (options?.['optionsList'] ?? []) as { value: string; content: string }[];
  return Object.fromEntries(list.map(({ value, content }) => [value, content]));
}
