import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScrubber, secretTexts } from './scrub.ts'
import { Secret } from './secret.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('createScrubber', () => {
  it.each<[string, readonly string[], string, string]>([
    ['anywhere', ['hunter2'], 'xhunter2x and hunter2', 'x[secret]x and [secret]'],
    ['at both ends', ['hunter2'], 'hunter2', '[secret]'],
    ['as JSON', ['a"b\nc\\d'], `said ${JSON.stringify({ x: 'a"b\nc\\d' })}`, 'said {"x":"[secret]"}'],
    ['as part of a URL', ['p@ss/w rd'], `http://u:${encodeURIComponent('p@ss/w rd')}@h`, 'http://u:[secret]@h'],
    ['as part of a URL in small letters', ['p@ss/w'], 'http://u:p%40ss%2fw@h', 'http://u:[secret]@h'],
    ['as a form field', ["it's here!"], 'q=it%27s+here%21&r=1', 'q=[secret]&r=1'],
    ['as base64', ['hunter22'], `Bearer ${base64('hunter22')}`, 'Bearer [secret]'],
    ['as base64 without padding', ['hunter22'], `x ${base64('hunter22').replace(/=+$/, '')}.`, 'x [secret].'],
    ['as base64 for URLs', ['???>>>~~~'], Buffer.from('???>>>~~~').toString('base64url'), '[secret]'],
    ['the longest first', ['pass', 'password1'], 'password1 pass', '[secret] [secret]'],
    ['wherever two of them overlap', ['abcdef', 'defghi'], 'xabcdefghix', 'x[secret]x'],
    ['one after the other', ['abcd'], 'abcdabcd', '[secret][secret]'],
    ['with characters that mean something to a pattern', ['a.*+?^${}()|[]\\'], 'is a.*+?^${}()|[]\\!', 'is [secret]!'],
    ['of several languages', ['пароль'], 'мой пароль', 'мой [secret]'],
    [
      'as the password of a URL',
      ['postgres://app:s3cret%21@db:5432/x'],
      'password s3cret! or s3cret%21 failed',
      'password [secret] or [secret] failed',
    ],
  ])('takes a secret out %s', (_, secrets, text, expected) => {
    expect(createScrubber(secrets)(text)).toBe(expected)
  })

  it.each(['', 'a', 'ab'])('leaves nothing of a secret in base64 that begins with %j before it', (before) => {
    const secret = 'correct horse battery staple'
    const scrubbed = createScrubber([secret])(`Basic ${base64(`${before}${secret}:rest`)}`)
    expect(scrubbed).toContain('[secret]')
    expect(Buffer.from(scrubbed.replace('Basic ', '').replace('[secret]', ''), 'base64').toString()).not.toMatch(
      /orrec|stap/,
    )
  })

  it.each<[string, string, string]>([
    ['ab', 'ab cab abc (ab) ab', '[secret] cab abc ([secret]) [secret]'],
    ['é', 'é été', '[secret] été'],
    ['1', 'line 1 of 12, a1', 'line [secret] of 12, a1'],
    ['-.', 'a -. b', 'a [secret] b'],
  ])('takes the short %j out as a word only', (secret, text, expected) => {
    expect(createScrubber([secret])(text)).toBe(expected)
  })

  it('leaves texts alone that hold no secret', () => {
    expect(createScrubber(['hunter2'])('nothing here, hunter')).toBe('nothing here, hunter')
    expect(createScrubber([])('hunter2')).toBe('hunter2')
    expect(createScrubber([''])('any text')).toBe('any text')
    expect(createScrubber(['hunter2'])('')).toBe('')
  })

  it('takes half a character for a text like any other', () => {
    expect(createScrubber(['\uD800abc'])('x \uD800abc')).toBe('x [secret]')
    expect(createScrubber(['\uD800'])('a \uD800 b')).toBe('a [secret] b')
  })

  it('leaves no secret in any text, in whatever form and order they come', () => {
    const secret = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', '"', '/', ' ', '+', 'é'),
      minLength: 4,
      maxLength: 12,
    })
    const forms = [String, encodeURIComponent, base64, (text: string) => JSON.stringify(text).slice(1, -1)]
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('', ' ', 'ab', '/')), { maxLength: 6 }),
        (secrets, pieces) => {
          const formAt = (one: number, two: number) => forms[two % forms.length]?.(secrets[one % secrets.length] ?? '')
          const text = pieces.map(([one, two, between]) => `${formAt(one, two)}${between}`).join('')
          const scrubbed = createScrubber(secrets)(text)
          for (const each of secrets) for (const form of forms) expect(scrubbed).not.toContain(form(each))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('costs what the text costs, not what the number of secrets would', () => {
    const secrets = Array.from({ length: 5_000 }, (_, index) => `secret-number-${index}-${(index * 7_919) % 104_729}`)
    const scrub = createScrubber(secrets)
    const text = `${'no such thing. '.repeat(270)}${secrets[4_321]}`
    for (let time = 0; time < 100; time += 1) expect(scrub(text).endsWith('. [secret]')).toBe(true)
  })
})

describe('secretTexts', () => {
  it('gives the texts of every secret, those inside of structured ones too', () => {
    const tree = {
      url: new Secret('a'),
      list: [new Secret(12), { deep: new Secret({ user: 'b', keys: ['c'], on: true, none: null }) }],
      plain: 'd',
    }
    expect([...secretTexts(tree)].sort()).toEqual(['12', 'a', 'b', 'c'])
  })

  it.each([undefined, null, 'text', 5, []])('finds none in %j', (value) => {
    expect([...secretTexts(value)]).toEqual([])
  })
})
