import { defineConfig, defineModule, dynamic, type Module } from 'trimtab'
import { z } from 'zod'

const sections = 100
const fields = 20
const names = Array.from({ length: sections }, (_, index) => `service${index}`)

const fieldNames = Array.from({ length: fields }, (_, index) => `setting${index}`)

function fieldAt(index: number) {
  switch (index % 4) {
    case 0:
      return z.number().int().min(0)
    case 1:
      return z.string().min(1)
    case 2:
      return z.boolean()
    default:
      return z.enum(['low', 'middle', 'high'])
  }
}

function textAt(section: number, index: number, revision: number): string {
  switch (index % 4) {
    case 0:
      return String(section === 42 && index === 8 ? revision : section * 100 + index)
    case 1:
      return `host-${section}-${index}.example.net`
    case 2:
      return section % 2 === 0 ? 'true' : 'false'
    default:
      return 'middle'
  }
}

/** The schema of a service with 2,000 fields, as zod has it. */
export const serviceSchema = z.object(
  Object.fromEntries(
    names.map((name) => [
      name,
      z.object(Object.fromEntries(fieldNames.map((field, index) => [field, fieldAt(index)]))),
    ]),
  ),
)

export const serviceConfig = defineConfig(z.object({ services: dynamic(serviceSchema) }))

/** Its file; each revision has another value at one place. */
export function serviceFile(revision: number): string {
  const sectionOf = (name: string, section: number) => [
    `  ${name}:`,
    ...fieldNames.map((field, index) => `    ${field}: ${textAt(section, index, revision)}`),
  ]
  return `services:\n${names.flatMap(sectionOf).join('\n')}\n`
}

/** A module for every tenth section that does nothing. */
export function idleModules(): readonly Module[] {
  return names
    .filter((_, index) => index % 10 === 2)
    .map((name) =>
      defineModule({
        name,
        config: serviceConfig.section(`services["${name}"]`),
        start: () => ({}),
        reload: () => {},
      }),
    )
}
