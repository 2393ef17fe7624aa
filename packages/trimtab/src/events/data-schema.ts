/** The part of JSON Schema (2020-12) that describes the data of events. */
export interface DataSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, DataSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false
  readonly items?: DataSchema
  readonly enum?: readonly string[]
  readonly format?: 'date-time'
  readonly minimum?: number
}

/** The fields of a type: all of them, and no other. */
type Fields<T> = { readonly [Name in keyof T]-?: DataSchema }

type Absent<T> = { [Name in keyof T]-?: undefined extends T[Name] ? Name : never }[keyof T]

/**
 * An object with exactly the fields of `T`: one that is missing, unknown, or wrongly called optional does not compile.
 * `optional` are those that may be absent.
 */
export function fields<T>(properties: Fields<T>, optional: Readonly<Record<Absent<T>, true>>): DataSchema {
  const required = Object.keys(properties).filter((name) => !Object.hasOwn(optional, name))
  return { type: 'object', properties, required, additionalProperties: false }
}

/** The data of an event that says everything by its type. */
export interface NoData {
  readonly [name: string]: never
}

export const nothing: DataSchema = { type: 'object', properties: {}, required: [], additionalProperties: false }

export function describedAs(schema: DataSchema, description: string): DataSchema {
  return { ...schema, description }
}

export function text(description: string): DataSchema {
  return { type: 'string', description }
}

export function oneOf(choices: readonly string[], description: string): DataSchema {
  return { type: 'string', enum: choices, description }
}

export function moment(description: string): DataSchema {
  return { type: 'string', format: 'date-time', description }
}

export function count(description: string): DataSchema {
  return { type: 'integer', minimum: 0, description }
}

export function milliseconds(description: string): DataSchema {
  return { type: 'number', minimum: 0, description }
}

export function flag(description: string): DataSchema {
  return { type: 'boolean', description }
}

export function list(items: DataSchema, description: string): DataSchema {
  return { type: 'array', items, description }
}

export function texts(description: string): DataSchema {
  return list({ type: 'string' }, description)
}

/** Any JSON: what somebody else gave. */
export function anything(description: string): DataSchema {
  return { description }
}
