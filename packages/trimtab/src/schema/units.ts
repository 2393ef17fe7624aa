import { z } from 'zod'
import { describeThrown, TrimtabError } from '../errors/trimtab-error.ts'
import { type Bounds, type Quantity, bytesQuantity, durationQuantity } from './quantity.ts'
import { withDef } from './zod/node.ts'

/** Bounds of a time span or a size; both are allowed values themselves. */
export interface UnitOptions {
  /** The smallest value allowed, written like any other: `'1s'`. */
  readonly min?: string | number | undefined
  /** The largest value allowed. */
  readonly max?: string | number | undefined
}

/** Takes text with a unit, or a number of the smallest unit, and gives a whole number of the smallest unit. */
export interface UnitSchema
  extends z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>, z.ZodTransform<number, string | number>> {
  /** What applies when nothing is written, written like any other value: `duration().default('30s')`. */
  default(value: string | number): z.ZodDefault<this>
  // Two signatures, as zod has them: a schema with one is not assignable to `z.ZodType`.
  default(value: () => string | number): z.ZodDefault<this>
}

/** What a unit schema accepts, for documentation. */
export interface UnitFacts {
  readonly quantity: Quantity
  readonly expected: string
}

const unitKey = Symbol.for('trimtab.unit')

const UnitSchema: z.core.$constructor<UnitSchema> = z.core.$constructor('TrimtabUnit', (inst, def) => {
  // A pipe like any other to zod, which does not know the narrower `default`.
  z.ZodPipe.init(inst, def)
  // zod's own takes the output, which is a number; `prefault` takes the input and checks it. To its caller both are
  // "a schema with a default", which is what the type says.
  inst.default = (value) => withDefault(inst, value) as unknown as z.ZodDefault<typeof inst>
})

/**
 * A time span: `'250ms'`, `'5s'`, `'1.5m'`, `'2h'`, `'1d'`, or a number of milliseconds. Gives whole milliseconds.
 *
 * @example
 * z.object({ idle: duration({ min: '1s', max: '1h' }).default('30s') })
 */
export function duration(options: UnitOptions = {}): UnitSchema {
  return unit(durationQuantity, options)
}

/**
 * A size: `'512'`, `'10MB'` (powers of 1,000), `'64MiB'` (powers of 1,024), or a number of bytes. Gives whole bytes.
 *
 * @example
 * z.object({ bodyLimit: bytes({ max: '1GiB' }).default('10MiB') })
 */
export function bytes(options: UnitOptions = {}): UnitSchema {
  return unit(bytesQuantity, options)
}

/** What a unit schema accepts; undefined for every other schema. */
export function unitFacts(schema: z.core.$ZodType): UnitFacts | undefined {
  // Only `unit` below writes under this key.
  return Reflect.get(schema._zod.def, unitKey) as UnitFacts | undefined
}

function unit(quantity: Quantity, options: UnitOptions): UnitSchema {
  const bounds: Bounds = { min: bound(quantity, 'min', options), max: bound(quantity, 'max', options) }
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) {
    throw new TrimtabError('option_invalid', `${quantity.name}() has a min above its max.`)
  }
  const expected = quantity.phrase(bounds)
  const out = z.transform<string | number, number>((value, context) => {
    const parsed = quantity.parse(value, bounds)
    if (parsed !== undefined) return parsed
    context.issues.push({ code: 'custom', input: value, message: `Expected ${expected}`, params: unitIssue })
    return z.NEVER
  })
  const facts: UnitFacts = { quantity, expected }
  const base = z.pipe(z.union([z.string().regex(quantity.pattern), z.number().int().min(0)]), out)
  // The definition of a pipe of just these two.
  return withDef(new UnitSchema(base._zod.def as never), { [unitKey]: Object.freeze(facts) })
}

/** The `params` of an issue that says itself what was expected, in no more words than the shape does. */
export const unitIssue = Object.freeze({ trimtab: 'unit' })

function bound(quantity: Quantity, which: 'min' | 'max', options: UnitOptions): number | undefined {
  const written = options[which]
  if (written === undefined) return undefined
  const parsed = quantity.parse(written, {})
  if (parsed !== undefined) return parsed
  const message = `${quantity.name}({ ${which} }) expects ${quantity.phrase({})}, received ${JSON.stringify(written)}.`
  throw new TrimtabError('option_invalid', message)
}

function withDefault(schema: UnitSchema, value: string | number | (() => string | number)): z.ZodPrefault<UnitSchema> {
  if (typeof value !== 'function') {
    const result = schema.safeParse(value)
    if (!result.success) {
      const expected = unitFacts(schema)?.expected ?? describeThrown(result.error)
      throw new TrimtabError(
        'option_invalid',
        `default(${JSON.stringify(value)}) is not what the schema takes: ${expected}.`,
      )
    }
  }
  return z.prefault(schema, value)
}
