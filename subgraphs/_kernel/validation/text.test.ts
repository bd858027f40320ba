import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { emailSchema, lineSchema, phoneSchema, textSchema } from './text.js';

const problemsOf = (schema: z.ZodType, text: string): readonly string[] =>
  schema.safeParse(text).error?.issues.map((issue) => issue.message) ?? [];

describe('text of an input', () => {
  it('is cut at its ends before it is measured', () => {
    expect(lineSchema(3).parse('  Ana\t')).toBe('Ana');
    expect(textSchema(3).parse(' \n ')).toBe('');
    expect(problemsOf(lineSchema(3), '    ')).toEqual(['must not be empty']);
    expect(problemsOf(textSchema(3), 'Anna')).toEqual(['must be at most 3 characters long']);
  });

  it('holds no control characters, but for the breaks of text that has lines', () => {
    const refused = ['must not contain control characters'];
    expect(problemsOf(lineSchema(9), 'A\nB')).toEqual(refused);
    expect(problemsOf(textSchema(9), 'A\r\n\tB')).toEqual([]);
    for (const schema of [lineSchema(9), textSchema(9)]) expect(problemsOf(schema, 'A\0B')).toEqual(refused);
  });

  it('is an address or a number only in the form that can be written to or called', () => {
    expect(emailSchema.parse(' Ana@Acme.example ')).toBe('ana@acme.example');
    expect(problemsOf(emailSchema, 'nowhere')).toEqual(['must be an e-mail address']);
    expect(phoneSchema.parse('+4930123456')).toBe('+4930123456');
    for (const number of ['030 123', '+0301234567', '+49']) expect(problemsOf(phoneSchema, number)).toHaveLength(1);
  });
});
