import type { JsonObject } from '../types';
import { itemsInside, type FormItem, type FormPage } from './item';

/** The pages of another screen; undefined: there is none. */
export type FindScreen = (id: number) => FormPage[] | undefined;

/** A form variable as the server lists it. */
export interface Variable {
  field: string;
  label: string | null;
  format: string;
  isSubmitButton: boolean;
}

/**
 * Every variable of a form, in the server's own flat way: what stands in a loop or on the page of a record list
 * is listed beside the loop itself, as if it were a field of the form. A name is listed once.
 */
export function variablesOf(form: FormPage[], findScreen: FindScreen): Variable[] {
  const all = form.flatMap((page) => page.items.flatMap((item) => variablesIn(item, findScreen)));
  return all.filter(({ field }, index) => all.findIndex((other) => other.field === field) === index);
}

function variablesIn(item: FormItem, findScreen: FindScreen): Variable[] {
  if (item.component === 'FormNestedScreen') {
    return variablesOf(findScreen(Number(item.config['screen'])) ?? [], findScreen);
  }
  const { name, label } = item.config;
  const own =
    typeof name !== 'string' || item.component === 'FormImage'
      ? []
      : [
          {
            field: name,
            label: typeof label === 'string' ? label : null,
            format: formatOf(item),
            isSubmitButton: item.config['event'] === 'submit',
          },
        ];
  return [...own, ...itemsInside(item).flatMap((inner) => variablesIn(inner, findScreen))];
}

function formatOf({ component, config }: FormItem): string {
  switch (component) {
    case 'FileUpload':
      return 'file';
    case 'FormCheckbox':
      return 'boolean';
    case 'FormRecordList':
      return 'array';
    case 'FormSelectList': {
      const options = config['options'] as JsonObject | undefined;
      return options?.['valueTypeReturned'] === 'object' ? 'array' : 'string';
    }
    default:
      return typeof config['dataFormat'] === 'string' ? config['dataFormat'] : 'string';
  }
}
