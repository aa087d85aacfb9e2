import type { JsonObject } from '../types';
import { itemsInside, type FormItem, type FormPage } from './item';

const COMPONENTS = [
  'FormInput',
  'FormTextArea',
  'FormCheckbox',
  'FormDatePicker',
  'FormSelectList',
  'FormLoop',
  'FormRecordList',
] as const;
/** Those that hold a list of rows. */
const LISTS: readonly string[] = ['FormLoop', 'FormRecordList'];

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
  /** The columns of a list of rows. */
  columns: string[];
}

type FindScreen = (id: number) => FormPage[] | undefined;

/** The inputs of a form's first page, and of the screens in it. Uploads are nothing for the simple page. */
export function fieldsOf(form: FormPage[], findScreen: FindScreen): FormField[] {
  return (form[0]?.items ?? []).flatMap((item) => fieldsIn(item, findScreen));
}

function fieldsIn(item: FormItem, findScreen: FindScreen): FormField[] {
  if (item.component === 'FormMultiColumn') {
    return itemsInside(item).flatMap((one) => fieldsIn(one, findScreen));
  }
  if (item.component === 'FormNestedScreen') {
    return fieldsOf(findScreen(Number(item.config['screen'])) ?? [], findScreen);
  }
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
      columns: LISTS.includes(component) ? columnsOf(item, options) : [],
    },
  ];
}

function columnsOf(item: FormItem, options: JsonObject | undefined): string[] {
  const inside = itemsInside(item).map(({ config }) => config['name'] as string);
  const fields = item.config['fields'] as JsonObject | undefined;
  return inside.length > 0 ? inside : Object.keys(optionsOf(fields ?? options));
}

function optionsOf(options: JsonObject | undefined): Record<string, string> {
  const list = (options?.['optionsList'] ?? []) as { value: string; content: string }[];
  return Object.fromEntries(list.map(({ value, content }) => [value, content]));
}
