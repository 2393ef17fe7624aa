import { escapeControls } from '../../primitives/logger.ts'
import type { MigrationDocument } from '../documents/migration-document.ts'
import type { Layout } from './layout.ts'

/** What became of each migration, what is missing, and how long it took. */
export function renderMigration(document: MigrationDocument, where: string, { palette }: Layout): string {
  const { applied, present, pending, unknown, missing, duration } = document
  const line = (word: string, text: string) => `  ${word.padEnd(9)}${escapeControls(text)}`
  return [
    ...present.map((name) => line('there', name)),
    ...applied.map((name) => palette.green(line('applied', name))),
    ...pending.map((name) => palette.yellow(line('pending', name))),
    ...unknown.map((name) => line('newer', `${name}, which harms no reader of this version`)),
    ...missing.map((text) => palette.yellow(line('missing', text))),
    '',
    `${verdict(document)}: ${escapeControls(where)}, ${duration} ms.`,
  ].join('\n')
}

function verdict({ status, pending }: MigrationDocument): string {
  switch (status) {
    case 'migrated':
      return 'The store is migrated'
    case 'current':
      return 'The store is what this version knows'
    case 'incomplete':
      return pending.length > 0 ? 'The store is to be migrated (run trimtab migrate)' : 'The store lacks something'
    case 'printed':
      return 'Nothing was done'
    default:
      return status satisfies never
  }
}
