import { describe, expect, it } from 'vitest'
import {
  escapeReferences,
  hasReference,
  isScheme,
  type Part,
  parseReferences,
  printReference,
} from './parse-references.ts'

const schemes = new Set(['env', 'file', 'aws-sm'])
const text = (value: string): Part => ({ kind: 'text', text: value })
const reference = (scheme: string, name: string): Part => ({ kind: 'reference', reference: { scheme, name } })

describe('parseReferences', () => {
  it.each<[string, readonly Part[]]>([
    ['', [text('')]],
    ['plain', [text('plain')]],
    ['${env:NAME}', [reference('env', 'NAME')]],
    ['${file:/run/secrets/x}', [reference('file', '/run/secrets/x')]],
    ['${aws-sm:a:b:c}', [reference('aws-sm', 'a:b:c')]],
    [
      'postgres://app:${env:PW}@db/${env:DB}',
      [text('postgres://app:'), reference('env', 'PW'), text('@db/'), reference('env', 'DB')],
    ],
    ['${env:A}${env:B}', [reference('env', 'A'), reference('env', 'B')]],
    ['${env:}', [reference('env', '')]],
    // A name ends at the first brace: nothing nests.
    ['${env:${env:A}}', [reference('env', '${env:A'), text('}')]],
    ['$${env:NAME}', [text('${env:NAME}')]],
    ['$$${env:NAME}', [text('$${env:NAME}')]],
    ['$${', [text('${')]],
    ['a$', [text('a$')]],
    ['$', [text('$')]],
    ['$$', [text('$$')]],
    ['${', [text('${')]],
    ['${}', [text('${}')]],
    ['${x}', [text('${x}')]],
    ['${other:x}', [text('${other:x}')]],
    ['${ENV:NAME}', [text('${ENV:NAME}')]],
    ['${env :NAME}', [text('${env :NAME}')]],
    ['${env}', [text('${env}')]],
    ['p${x}w${other:${env:A}', [text('p${x}w${other:'), reference('env', 'A')]],
    ['a${env:NAME', [text('a'), { kind: 'unclosed', scheme: 'env' }]],
    ['${env:A}${file:/x', [reference('env', 'A'), { kind: 'unclosed', scheme: 'file' }]],
  ])('reads %j', (written, parts) => {
    expect(parseReferences(written, schemes)).toEqual(parts)
  })

  it('takes text full of openings in time that grows with its length', () => {
    const long = '${'.repeat(100_000)
    expect(parseReferences(long, schemes)).toEqual([text(long)])
  })
})

describe('hasReference', () => {
  it.each([
    ['${env:A}', true],
    ['x ${file:/a} y', true],
    // Whoever wrote this meant one.
    ['${env:A', true],
    ['$${env:A}', false],
    ['${other:A}', false],
    ['${x}', false],
    ['plain', false],
  ])('of %j says %s', (written, expected) => {
    expect(hasReference(written, schemes)).toBe(expected)
  })
})

describe('escapeReferences', () => {
  it.each(['${env:A}', '$${env:A}', '$$$', 'p${x}', '', '${${', '$&${env:$1}'])('makes %j mean itself', (literal) => {
    expect(parseReferences(escapeReferences(literal), schemes)).toEqual([text(literal)])
  })
})

describe('printReference', () => {
  it('prints what was written', () => {
    expect(printReference({ scheme: 'env', name: 'DB_PASSWORD' })).toBe('${env:DB_PASSWORD}')
  })

  it('keeps a name that somebody else chose in one line of bounded length', () => {
    const printed = printReference({ scheme: 'env', name: `A\nERROR forged\u2028line\u001b[2J${'x'.repeat(10_000)}` })
    expect(printed).not.toMatch(/[\p{Cc}\u2028]/u)
    expect(printed.length).toBeLessThan(300)
  })
})

describe('isScheme', () => {
  it.each([
    ['env', true],
    ['aws-sm', true],
    ['a+b.c', true],
    ['', false],
    ['Env', false],
    ['1a', false],
    ['a b', false],
    ['a'.repeat(33), false],
  ])('of %j says %s', (written, expected) => {
    expect(isScheme(written)).toBe(expected)
  })
})
