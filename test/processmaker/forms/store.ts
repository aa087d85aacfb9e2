import type { ScreenRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import { itemsInside, type FormItem, type FormPage } from './item';
import { variablesOf, type Variable } from './variables';

/** The screen of that id. */
export function findScreen({ database }: Instance, id: number): ScreenRow | undefined {
  return database.get<ScreenRow>('SELECT * FROM screens WHERE id = ?', [id]);
}

/** The screen of a task or start event; undefined: it has none. */
export function screenOfElement(instance: Instance, element: FlowElement | undefined): ScreenRow | undefined {
  const id = Number(element?.properties['screenRef']);
  return Number.isInteger(id) ? findScreen(instance, id) : undefined;
}

/** The pages of a screen's form. */
export function pagesOf(screen: ScreenRow): FormPage[] {
  return JSON.parse(screen.config) as FormPage[];
}

/** The variables of a screen, those of screens inside of it too. */
export function screenVariables(instance: Instance, screen: ScreenRow): Variable[] {
  return variablesOf(pagesOf(screen), (id) => {
    const nested = findScreen(instance, id);
    return nested && pagesOf(nested);
  });
}

/** The ids of the screens that stand inside of a screen. */
export function nestedScreenIds(screen: ScreenRow): number[] {
  const inside = (item: FormItem): number[] =>
    item.component === 'FormNestedScreen'
      ? [Number(item.config['screen'])]
      : itemsInside(item).flatMap(inside);
  return pagesOf(screen).flatMap((page) => page.items.flatMap(inside));
}
