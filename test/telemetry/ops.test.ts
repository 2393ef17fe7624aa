import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { instruments } from '../../packages/trimtab/src/telemetry/instruments.ts'
import { openOtel } from '../support/otel.ts'
import { liveThroughEverything } from '../support/whole-story.ts'

const rulesFile = fileURLToPath(new URL('../../packages/trimtab/ops/prometheus-rules.yaml', import.meta.url))
const boardFile = fileURLToPath(new URL('../../packages/trimtab/ops/grafana-board.json', import.meta.url))
const rulesTest = fileURLToPath(new URL('prometheus/rules.yaml', import.meta.url))

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
})
const query = z.object({ expr: z.string() })
const boardSchema = z.object({
  panels: z.array(z.object({ id: z.number(), title: z.string(), targets: z.array(query).optional() })),
})

function promtool(...args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  if (error !== undefined) {
    expect.fail(
      `promtool can't be run (${error.message}). On Debian: apt-get install -y --no-install-recommends prometheus`,
    )
  }
  expect(status, `${stdout}${stderr}`).toBe(0)
  return stdout
}

async function readRules() {
  const { groups } = rulesSchema.parse(parse(await readFile(rulesFile, 'utf8')))
  return groups.flatMap(({ rules }) => rules)
}

async function readBoard() {
  const { panels } = boardSchema.parse(JSON.parse(await readFile(boardFile, 'utf8')))
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
}

/** Names and labels as the exporter for Prometheus writes them, when everything has happened. */
async function exported() {
  const otel = openOtel()
  const { close } = await liveThroughEverything(otel)
  const text = await otel.prometheus()
  await close()
  const labels = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const [, name, inside] = /^(trimtab_\w+)\{(.*)\} /.exec(line) ?? []
    if (name === undefined || inside === undefined) continue
    const known = labels.get(name) ?? new Set()
    for (const [, label] of inside.matchAll(/(\w+)="/g)) if (label !== undefined) known.add(label)
    labels.set(name, known)
  }
  return labels
}

const grouping = /\b(?:by|without) \(([^)]*)\)/g
const eitherName = /\{__name__=~"(trimtab_\w+?)\(_seconds\)\?(\w*)"([^}]*)\}/g
const plainName = /(trimtab_\w+)(?:\{([^}]*)\})?/g

/** What a query selects: `name{…}`, or `{__name__=~"name(_seconds)?"}`, which fits exporters that name the unit as well. */
function selectors(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  const labelsIn = (inside: string) => [...inside.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label ?? '')
  const ungrouped = expr.replaceAll(grouping, '')
  const either = [...ungrouped.matchAll(eitherName)]
  const plain = [...ungrouped.replaceAll(eitherName, '').matchAll(plainName)]
  return [
    ...plain.map(([, name = '', inside = '']) => ({ name, labels: labelsIn(inside) })),
    ...either.map(([, name = '', suffix = '', inside = '']) => ({
      name: `${name}${suffix}`,
      labels: labelsIn(inside),
    })),
  ]
}

/** The labels that a query groups by, beside the bounds of a histogram. */
function groupedBy(expr: string): readonly string[] {
  const labels = [...expr.matchAll(grouping)].flatMap(([, inside = '']) => inside.split(', '))
  return labels.filter((label) => label !== 'le')
}

test('promtool takes the alert rules, and each alert comes and goes when it should', async () => {
  const rules = await readRules()
  expect(promtool('check', 'rules', rulesFile)).toContain(`${rules.length} rules found`)
  promtool('test', 'rules', rulesTest)
  const tested = await readFile(rulesTest, 'utf8')
  for (const { alert } of rules) expect(tested).toContain(`alertname: ${alert}\n        exp_alerts:\n`)
})

test('every metric and label that a rule or the board asks for is one that the exporter writes', async () => {
  const labels = await exported()
  const queries = [...(await readRules()).map(({ alert, expr }) => ({ title: alert, expr })), ...(await readBoard())]
  for (const { title, expr } of queries) {
    const selected = selectors(expr)
    expect(selected.length, `${title}: ${expr}`).toBeGreaterThan(0)
    for (const { name, labels: asked } of selected) {
      const known = labels.get(name)
      expect(known, `${title} asks for ${name}`).toBeDefined()
      const unknown = [...asked, ...groupedBy(expr)].filter((label) => known?.has(label) !== true)
      expect(unknown, `${title}: ${expr}`).toEqual([])
    }
  }
})

test('the board shows every instrument, in panels of their own', async () => {
  const shown = new Set((await readBoard()).flatMap(({ expr }) => selectors(expr).map(({ name }) => name)))
  const missing = Object.keys(instruments)
    .map((name) => name.replaceAll('.', '_'))
    .filter((name) => !['', '_total', '_bucket'].some((suffix) => shown.has(`${name}${suffix}`)))
  expect(missing).toEqual([])
})

test('an alert asks for a metric with a unit by both of its names, whatever an exporter calls it', async () => {
  const timed = Object.entries(instruments)
    .filter(([, { unit }]) => unit === 's')
    .map(([name]) => name.replaceAll('.', '_'))
  for (const { alert, expr } of await readRules()) {
    const names = selectors(expr.replaceAll(eitherName, '')).map(({ name }) => name)
    expect(
      names.filter((name) => timed.some((each) => name.startsWith(each))),
      alert,
    ).toEqual([])
  }
})
