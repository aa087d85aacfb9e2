import { tryToParseDateTime, validateFieldType } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import type { MapperField } from '../api/forms/field';

/** n8n's switches below the fields, and where the workflow lives. */
export interface Conversion {
  /** Attempt to Convert Types. */
  convertsTypes: boolean;
  /** Convert Fields to String: whether other values become text in a text field. */
  convertsToText: boolean;
  timezone: string;
}

/** Whether a value stands for none. n8n would make a 0 of an empty text. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * The value of a form's field in the type that the form has for it, by n8n's own conversion.
 *
 * @param given anything but an empty value
 */
export function formValue(given: unknown, field: MapperField, conversion: Conversion): Result<unknown> {
  const value = asJson(given);
  if (field.type === undefined) return { ok: true, value };
  if (field.type === 'dateTime') return dateValue(value, field, conversion.timezone);
  if (field.type === 'options') return choice(value, field, conversion);
  // n8n would make a number of a list that holds one.
  if (field.type === 'number' && typeof value === 'object') return refuse(value, field);
  const checked = validateFieldType(field.id, value, field.type, {
    strict: !conversion.convertsTypes,
    parseStrings: conversion.convertsToText,
  });
  return checked.valid ? { ok: true, value: checked.newValue } : refuse(value, field);
}

/** Dates of expressions have a text of their own in JSON. */
function asJson(value: unknown): unknown {
  const hasJson = typeof value === 'object' && value !== null && 'toJSON' in value;
  return hasJson && typeof value.toJSON === 'function' ? (value.toJSON as () => unknown)() : value;
}

/** As ProcessMaker's forms keep it: `2026-11-24`, or a point in time in UTC. */
function dateValue(value: unknown, field: MapperField, timezone: string): Result<unknown> {
  try {
    const date = tryToParseDateTime(value, timezone);
    return { ok: true, value: field.dateOnly ? date.toFormat('yyyy-MM-dd') : date.toUTC().toISO() };
  } catch {
    return refuse(value, field);
  }
}

function choice(value: unknown, field: MapperField, { convertsTypes }: Conversion): Result<unknown> {
  const { options = [] } = field;
  const chosen = options.find(
    (option) => option.value === value || (convertsTypes && String(option.value) === textOf(value)),
  );
  return chosen ? { ok: true, value: chosen.value } : refuse(value, field);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const MAX_SHOWN = 20;

function refuse(value: unknown, field: MapperField): Result<never> {
  const what = textOf(value);
  const shown = what.length > 100 ? `${what.slice(0, 100)}…` : what;
  const { displayName, type, options = [] } = field;
  if (type === 'options') {
    const choices = options.slice(0, MAX_SHOWN).map((option) => String(option.value));
    return inputFailure(
      `'${displayName}' in 'Form Fields' is "${shown}", which is none of the form's choices`,
      `The form has: ${choices.join(', ')}${options.length > MAX_SHOWN ? ', …' : ''}. If the form was changed, refresh the fields in the node.`,
    );
  }
  return inputFailure(
    `'${displayName}' in 'Form Fields' is "${shown}", which is not of the type ${type}`,
    "Change the value. 'Attempt To Convert Types' below the fields lets n8n convert what it can.",
  );
}
