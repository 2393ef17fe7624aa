import { printOrigin } from '../../model/origin.ts'
import type { Explanation } from '../../plane/explain.ts'
import { isPlainObject } from '../../primitives/json.ts'
import { escapeControls } from '../../primitives/logger.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Layout } from './layout.ts'
import { renderProblems } from './problem-list.ts'
import { renderTable } from './table.ts'
import { valueText } from './value-text.ts'

/** What is known of one place: the value first, then the field, then who said what. */
export function renderExplanation(explanation: Explanation, problems: readonly Problem[], layout: Layout): string {
  const { palette } = layout
  const { path, value, contributions, marks, description, expected } = explanation
  const shown =
    problems.length > 0
      ? palette.red('not in force: the configuration is invalid')
      : palette.green(escapeControls(valueText(value)))
  const facts: readonly (readonly [string, string])[] = [
    ['set by', setBy(explanation)],
    ['expected', expected],
    ...(isPlainObject(value) ? [] : [['default', valueText(explanation.default, 'none')] as const]),
    ['changes', marks.dynamic ? 'at once' : 'at a restart'],
    ...(marks.secret ? [['secret', 'yes: it is never shown'] as const] : []),
    ...(marks.perTenant ? [['per tenant', 'yes'] as const] : []),
  ]
  const sources = renderTable(
    {
      titles: ['source', 'says', 'where', ''],
      rows: contributions.map((each) => [
        each.origin.source,
        valueText(each.value),
        each.origin.location === undefined ? '' : printOrigin(each.origin),
        each.shadowedBy === undefined ? 'applies' : `shadowed by ${printOrigin(each.shadowedBy)}`,
      ]),
    },
    layout,
  )
  return [
    `${palette.bold(escapeControls(path))} = ${shown}`,
    ...(description === undefined ? [] : [`  ${escapeControls(description)}`]),
    '',
    ...facts.map(([name, text]) => `  ${palette.dim(name.padEnd(10))}  ${escapeControls(text)}`),
    ...(contributions.length === 0 ? [] : ['', sources]),
    ...(problems.length === 0 ? [] : ['', renderProblems(problems, layout)]),
  ].join('\n')
}

/** An object can be put together of what several sources say. */
function setBy({ value, contributions }: Explanation): string {
  const setters = contributions.filter(({ wins }) => wins).map(({ origin }) => printOrigin(origin))
  if (setters.length > 0) return setters.join(', ')
  return value === undefined ? 'nobody' : "the schema's defaults"
}
