import type { Copy } from './copy';

/** Breaks a rule in a copy of the checkout. */
export type Violation = (copy: Copy) => void;

/** One thing that has to hold of what is published. */
export interface Rule {
  /** What holds, in one line. */
  name: string;
  /** @returns what does not hold, each in a sentence */
  check(copy: Copy): string[] | Promise<string[]>;
  /** Ways to break the rule, by what they do. The self-test plants each one, and `check` has to find it. */
  violations: Record<string, Violation>;
}

/** @returns the sentence, unless its condition holds */
export function unless(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}
