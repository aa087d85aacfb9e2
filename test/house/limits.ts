import house from './house.json';

/** While this is false, a limit that is passed is only reported. The lint rule follows the same switch. */
export const ENFORCED = house.enforced;

/** The most that each figure may be. */
export const LIMITS = {
  lines: 14_000,
  circles: 0,
  upward: 0,
  startFiles: 25,
  startFunctions: 100,
  reach: 55,
  outside: 0,
  longestFile: 200,
  longestOperation: 150,
  longestFunction: 50,
} as const;

export type Figure = keyof typeof LIMITS;
export type Figures = Record<Figure, number>;

/** The figures that are above their limit. */
export function exceeded(figures: Figures): Figure[] {
  return (Object.keys(LIMITS) as Figure[]).filter((name) => figures[name] > LIMITS[name]);
}
