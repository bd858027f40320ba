import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { LRUCache } from 'lru-cache';
import type { FieldIssue } from '../../../_kernel/errors/domain-error.js';

/** A JSON Schema (draft 7) of one object. */
export type FormSchema = Readonly<Record<string, unknown>>;

/** What is wrong with a schema, or a check of what is filled in. */
export type CompiledForm =
  { readonly ok: true; readonly check: (data: unknown) => readonly FieldIssue[] } | { readonly ok: false; readonly message: string };

const LONGEST_SCHEMA = 20_000;
const DEEPEST_SCHEMA = 12;
const FORMS_KEPT = 500;

/** References lead out of the schema or in circles, and patterns of a stranger's can take for ever on a short text. */
const REFUSED_KEYWORDS = new Set(['$ref', '$id', '$async', '$data', '$defs', 'definitions', 'pattern', 'patternProperties']);

/**
 * The first thing in a schema that must not be there; null when there is none.
 * @param named the keys are names of fields, not keywords
 */
function refusedPart(value: unknown, depth = 0, named = false): string | null {
  if (depth > DEEPEST_SCHEMA) return `is nested more than ${DEEPEST_SCHEMA} deep`;
  if (value === null || typeof value !== 'object') return null;
  const isKeywords = !named && !Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    if (isKeywords && REFUSED_KEYWORDS.has(key)) return `must not use ${key}`;
    const problem = refusedPart(inner, depth + 1, isKeywords && key === 'properties');
    if (problem !== null) return problem;
  }
  return null;
}

/** The field that an error is about, as the client names it. */
function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String((params as { missingProperty: string }).missingProperty));
  if (keyword === 'additionalProperties') path.push(String((params as { additionalProperty: string }).additionalProperty));
  return ['data', ...path].join('.');
}

const issueOf = (error: ErrorObject): FieldIssue => ({
  field: fieldOf(error),
  message: error.keyword === 'required' ? 'is required' : (error.message ?? 'is not allowed'),
});

const forms = new LRUCache<string, CompiledForm>({ max: FORMS_KEPT });

function compile(schema: FormSchema, text: string): CompiledForm {
  if (text.length > LONGEST_SCHEMA) return { ok: false, message: `is longer than ${LONGEST_SCHEMA} characters` };
  const refused = refusedPart(schema);
  if (refused !== null) return { ok: false, message: refused };
  if (schema['type'] !== 'object') return { ok: false, message: 'must describe an object' };
  // One of its own for each: it keeps every schema it has ever seen.
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, logger: false, ownProperties: true });
  ajvFormats.default(ajv, { mode: 'fast', keywords: false });
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return { ok: false, message: `is no JSON Schema: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}` };
  }
  return { ok: true, check: (data) => (validate(data) ? [] : (validate.errors ?? []).map(issueOf)) };
}

/** The check that a form's schema stands for. */
export function compileForm(schema: FormSchema): CompiledForm {
  const text = JSON.stringify(schema);
  const known = forms.get(text);
  if (known) return known;
  const compiled = compile(schema, text);
  forms.set(text, compiled);
  return compiled;
}
