import { expect, test } from 'vitest'
import { classify } from './classify.ts'

const report = (code: string): string => `## API Report File for "trimtab"\n\n\`\`\`ts\n\n${code}\n\n\`\`\`\n`
const kinds = (before: string, after: string): string[] =>
  classify(report(before), report(after)).map(({ kind, what }) => `${kind}: ${what}`)

test.each([
  [
    'layout and comments',
    'export interface A {\n    // (undocumented)\n    x: string;\n}',
    'export interface A { // x\n  x: string }',
  ],
  ['the order', 'export const a: 1;\n\nexport const b: 2;', 'export const b: 2;\n\nexport const a: 1;'],
  ['a helper type that nobody could name', 'interface Hidden {\n    x: string;\n}', ''],
])('%s is no difference', (_what, before, after) => {
  expect(kinds(before, after)).toEqual([])
})

test.each([
  ['a new export', '', 'export const a: 1;', 'const a is new'],
  ['an export for a type seen before', 'type A = 1;', 'export type A = 1;', 'type A is new'],
  [
    'an optional member of an option',
    'export interface O {\n    a: 1;\n}\n\nexport function f(o: O): void;',
    'export interface O {\n    a: 1;\n    b?: 2;\n}\n\nexport function f(o: O): void;',
    'interface O: b?: 2 is new',
  ],
  [
    'a member of what is given',
    'export interface Plane {\n    close(): void;\n}',
    'export interface Plane {\n    close(): void;\n    run(): void;\n}',
    'interface Plane: run(): void is new',
  ],
  [
    'a member of what a listener is given',
    'export interface E {\n    a: 1;\n}\n\nexport function on(listener: (event: E) => void): void;',
    'export interface E {\n    a: 1;\n    b: 2;\n}\n\nexport function on(listener: (event: E) => void): void;',
    'interface E: b: 2 is new',
  ],
  [
    'an entry in a table',
    'export const codes: {\n    readonly a: 1;\n};',
    'export const codes: {\n    readonly a: 1;\n    readonly b: 2;\n};',
    'const codes: readonly b: 2 is new',
  ],
  [
    'an optional parameter',
    'export function f(a: string): void;',
    'export function f(a: string, b?: number): void;',
    'function f: function f(a: string): void; became function f(a: string, b?: number): void;',
  ],
  [
    'another name of a parameter',
    'export interface P {\n    f(a: string): void;\n}',
    'export interface P {\n    f(path: string): void;\n}',
    'interface P: f(a: string): void became f(path: string): void',
  ],
  [
    'an overload',
    'export function f(a: string): void;',
    'export function f(a: string): void;\n\nexport function f(a: number): void;',
    'function f #2 is new',
  ],
])('%s is additive', (_what, before, after, said) => {
  expect(kinds(before, after)).toEqual([`additive: ${said}`])
})

test.each([
  ['a lost export', 'export const a: 1;', ''],
  ['an export that is hidden now', 'export type A = 1;', 'type A = 1;'],
  [
    'a lost member',
    'export interface A {\n    x: 1;\n    y: { a: 1; b: 2; };\n}',
    'export interface A {\n    x: 1;\n}',
  ],
  [
    'another type of a member',
    'export interface A {\n    x: string;\n}',
    'export interface A {\n    x: string | undefined;\n}',
  ],
  [
    'a member that may be absent now',
    'export interface A {\n    x: string;\n}',
    'export interface A {\n    x?: string;\n}',
  ],
  [
    'a required member of an option',
    'export interface O {\n    a: 1;\n}\n\nexport function f(o: O): void;',
    'export interface O {\n    a: 1;\n    b: 2;\n}\n\nexport function f(o: O): void;',
  ],
  [
    'a required member deep in an option',
    'export interface M {\n    a(): 1;\n}\n\ninterface O {\n    m: M[];\n}\n\nexport function f(o: O): void;',
    'export interface M {\n    a(): 1;\n    b(): 2;\n}\n\ninterface O {\n    m: M[];\n}\n\nexport function f(o: O): void;',
  ],
  ['a required parameter', 'export function f(a: string): void;', 'export function f(a: string, b: number): void;'],
  ['a parameter that must be given now', 'export function f(a?: string): void;', 'export function f(a: string): void;'],
  ['another type of a parameter', 'export function f(a: string): void;', 'export function f(a: number): void;'],
  [
    'another result',
    'export function f<T>(a: (x: T) => void): T;',
    'export function f<T>(a: (x: T) => void): T | undefined;',
  ],
  ['another member of a union', `export type A = 'a' | 'b;';`, `export type A = 'a' | 'b;' | 'c';`],
  [
    'another parent',
    'export class E extends Error {\n    code: 1;\n}',
    'export class E extends TypeError {\n    code: 1;\n}',
  ],
])('%s is breaking', (_what, before, after) => {
  expect(classify(report(before), report(after)).map(({ kind }) => kind)).toEqual(['breaking'])
})
