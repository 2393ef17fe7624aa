/** The table of alerts in the guide, held against the rules that are shipped. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), 'utf8')
const page = read('docs/guide/observe.md')

// The test of the rules themselves proves that they have this form.
const { groups } = parse(read('packages/trimtab/ops/prometheus-rules.yaml')) as {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly for?: string
      readonly labels: { readonly severity: string }
    }[]
  }[]
}
const rules = groups.flatMap((group) => group.rules)
const spans: Readonly<Record<string, string>> = { m: 'min', d: 'day' }

test.each(rules)('$alert stands in the table, with its time and severity', ({ alert, labels, for: span = '' }) => {
  const when = span === '' ? 'at once' : span.replace(/^(\d+)([md])$/, (_, many, unit) => `${many} ${spans[unit]}`)
  expect(page).toContain(`| \`${alert}\` | ${when} | ${labels.severity} |`)
})

test('the table has no alert that there is not', () => {
  const shown = [...page.matchAll(/^\| `(Trimtab\w+)` \|/gm)].map(([, name]) => name)
  expect(new Set(shown)).toEqual(new Set(rules.map(({ alert }) => alert)))
})

test('the files that the page names are in the package', () => {
  const named = [...page.matchAll(/node_modules\/trimtab\/([\w./-]+)/g)].map(([, path]) => path)
  expect(new Set(named)).toEqual(new Set(['ops/prometheus-rules.yaml', 'ops/grafana-board.json']))
  for (const path of named) expect(existsSync(fileURLToPath(new URL(`packages/trimtab/${path}`, root)))).toBe(true)
})
