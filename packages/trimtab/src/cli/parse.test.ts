import { expect, test } from 'vitest'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { type Parsed, parseArguments } from './parse.ts'

const parse = (...argv: readonly string[]): Parsed => parseArguments(argv, { version: '1.2.3', helpWidth: 80 })

function refusal(...argv: readonly string[]): string {
  try {
    parse(...argv)
  } catch (error) {
    if (isTrimtabError(error, 'option_invalid')) return `${error.message} ${String(error.details['next'])}`
  }
  return 'accepted'
}

test('arguments become one command with everything that it needs', () => {
  const inputs = { schema: 'src/config.ts', files: ['a.yaml', 'b.yaml'], envPrefix: 'APP_', sets: ['a=1', 'b=2'] }
  const given = ['--file', 'a.yaml', '--file=b.yaml', '--env-prefix', 'APP_', '--set', 'a=1', '--set', 'b=2']
  const none = { schema: undefined, files: [], envPrefix: undefined, sets: [] }
  expect(parse('validate', 'src/config.ts', ...given, '--json')).toEqual({
    kind: 'command',
    command: { kind: 'validate', inputs, json: true },
  })
  expect(parse('explain', 'pool.max', '--schema', 'src/config.ts', ...given)).toEqual({
    kind: 'command',
    command: { kind: 'explain', path: 'pool.max', inputs, json: false },
  })
  expect(parse('plan', '--replace', 'a.yaml=x=y.yaml', '--candidate', 'k=v.yaml')).toEqual({
    kind: 'command',
    command: {
      kind: 'plan',
      inputs: none,
      candidates: [
        { source: undefined, file: 'k=v.yaml' },
        { source: 'a.yaml', file: 'x=y.yaml' },
      ],
      against: [],
      json: false,
    },
  })
  expect(parse('init', 'svc', '-y', '--name', 'jobs', '--language', 'javascript')).toEqual({
    kind: 'command',
    command: { kind: 'init', directory: 'svc', name: 'jobs', language: 'javascript', yes: true, json: false },
  })
  expect(parse('migrate', '--check', '--database', 'postgres://db/config', '--schema', 'checkout')).toEqual({
    kind: 'command',
    command: { kind: 'migrate', mode: 'check', database: 'postgres://db/config', schema: 'checkout', json: false },
  })
  expect(parse('migrate', '--print')).toMatchObject({ command: { mode: 'print', database: undefined } })
  expect(parse('init')).toMatchObject({ command: { directory: '.', name: undefined, language: undefined, yes: false } })
})

test('help and the version are text, in every way that people ask for them', () => {
  expect(parse('--version')).toEqual({ kind: 'text', text: '1.2.3\n' })
  expect(parse('-v')).toEqual({ kind: 'text', text: '1.2.3\n' })
  for (const argv of [['--help'], ['-h'], ['help']]) {
    expect(parse(...argv)).toMatchObject({ kind: 'text', text: expect.stringContaining('Usage: trimtab ') })
  }
  for (const argv of [
    ['plan', '--help'],
    ['help', 'plan'],
    ['plan', '-h'],
  ]) {
    expect(parse(...argv)).toMatchObject({ kind: 'text', text: expect.stringContaining('Usage: trimtab plan ') })
  }
})

test('no command at all is answered with the help', () => {
  expect(parse()).toMatchObject({ kind: 'nothing', help: expect.stringContaining('Usage: trimtab ') })
})

test('what is unknown is refused with the nearest that is known, and with where to look', () => {
  expect(refusal('valdate')).toBe(
    "Unknown command 'valdate'. Did you mean validate? Run `trimtab --help` for what there is.",
  )
  expect(refusal('plan', '--candidat', 'x')).toBe(
    "Unknown option '--candidat'. Did you mean --candidate? Run `trimtab plan --help` for what there is.",
  )
  expect(refusal('--jsn')).toContain("Unknown option '--jsn'.")
  expect(refusal('validate', '--zzz')).toContain("Unknown option '--zzz'. Run")
})

test('what is missing, too much or none of the choices is refused', () => {
  expect(refusal('explain')).toContain("Missing required argument 'path'.")
  expect(refusal('validate', '--file')).toContain("Option '--file <path>' argument missing.")
  expect(refusal('validate', 'a', 'b')).toContain('Too many arguments')
  expect(refusal('init', '--language', 'ruby')).toContain('Allowed choices are typescript, javascript.')
  expect(refusal('validate', 'a.ts', '--schema', 'b.ts')).toContain(
    'The schema module is named twice: a.ts and --schema b.ts.',
  )
})

test('a value that looks like an option is taken where it is written with an equals sign', () => {
  expect(parse('validate', '--set=pool.max=-1')).toMatchObject({ command: { inputs: { sets: ['pool.max=-1'] } } })
})

test('help fits its width', () => {
  for (const command of [[], ['init'], ['validate'], ['explain'], ['plan']]) {
    const parsed = parse(...command, '--help')
    const lines = parsed.kind === 'text' ? parsed.text.split('\n') : []
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(82)
  }
})
