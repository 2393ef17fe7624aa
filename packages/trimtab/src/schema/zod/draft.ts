import type { LeafShape, Shape } from '../shape.ts'
import { asText } from './from-text.ts'

type Mutable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never

/** A shape while it is made: a schema may contain itself, so what is inside a container is filled in later. */
export type Draft = Mutable<Shape>

export type DraftOf<K extends Draft['kind']> = Extract<Draft, { kind: K }>

/** Work that needs the outlines around it: run in the order in which it was put off. */
export interface Later {
  later(work: () => void): void
}

/** Stands for what is not known yet, and for what can be anything. */
export const anything: LeafShape = Object.freeze({
  kind: 'leaf',
  marks: Object.freeze({ dynamic: false, secret: false, perTenant: false }),
  expected: 'any value',
  optional: true,
  transformed: false,
  fromText: asText,
})
