import type { Problem } from '../../schema/problem.ts'
import type { ValidateCommand } from '../command.ts'
import { problemDocument } from '../documents/problem-document.ts'
import type { ValidationDocument } from '../documents/validation-document.ts'
import type { Host } from '../host.ts'
import { countText, renderProblems } from '../render/problem-list.ts'
import { renderTable } from '../render/table.ts'
import { chooseSources } from '../service/choose-sources.ts'
import { prepareBoot, readContent } from '../service/read-content.ts'
import { loadService } from '../service/service.ts'
import type { Layout } from '../render/layout.ts'
import { type Answer, exitCodeOf } from './answer.ts'

/** Reads everything once, as the service would, and lists what is wrong with it. */
export async function validate({ inputs }: ValidateCommand, host: Host): Promise<Answer> {
  const service = await loadService({ ...inputs, ...host })
  const { sources } = chooseSources(service, inputs, host)
  const read = await readContent(service, sources, host)
  const { status, problems } = judge(read, service)
  const document: ValidationDocument = {
    status,
    schema: service.shown,
    sources: read.sources.map(({ name, state }) => ({ name, state })),
    problems: problems.filter(({ severity }) => severity === 'error').map(problemDocument),
    warnings: problems.filter(({ severity }) => severity === 'warning').map(problemDocument),
  }
  return { document, text: (layout) => render(document, problems, layout), exitCode: exitCodes[status] }
}

const exitCodes: Readonly<Record<ValidationDocument['status'], number>> = {
  valid: 0,
  invalid: exitCodeOf('config_invalid'),
  unreadable: exitCodeOf('source_unreadable'),
}

function judge(
  { loaded, basis }: Awaited<ReturnType<typeof readContent>>,
  service: Parameters<typeof prepareBoot>[0],
): { readonly status: ValidationDocument['status']; readonly problems: readonly Problem[] } {
  if (loaded.kind !== 'loaded') return { status: loaded.kind, problems: loaded.problems }
  const prepared = prepareBoot(service, loaded.content, basis)
  if (prepared.ok) return { status: 'valid', problems: prepared.candidate.warnings }
  return { status: 'invalid', problems: [...prepared.problems, ...loaded.content.warnings] }
}

function render(document: ValidationDocument, problems: readonly Problem[], layout: Layout): string {
  const { palette } = layout
  const sources = renderTable(
    { titles: ['source', 'state'], rows: document.sources.map(({ name, state }) => [name, state]) },
    layout,
  )
  return [sources, renderProblems(problems, layout), verdict(document, palette)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function verdict({ status, problems, warnings }: ValidationDocument, palette: Layout['palette']): string {
  const counts = [countText(problems.length, 'problem'), countText(warnings.length, 'warning')].join(', ')
  switch (status) {
    case 'valid':
      return `${palette.green('The configuration is valid')}: ${countText(warnings.length, 'warning')}.`
    case 'invalid':
      return `${palette.red('The configuration is invalid')}: ${counts}.`
    case 'unreadable':
      return `${palette.red('The configuration could not be loaded')}: ${counts}.`
    default:
      return status satisfies never
  }
}
