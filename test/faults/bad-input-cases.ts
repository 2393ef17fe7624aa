import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import { defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import { dynamic, secret } from '../../packages/trimtab/src/schema/marks.ts'
import { duration } from '../../packages/trimtab/src/schema/units.ts'
import { argsSource } from '../../packages/trimtab/src/sources/args.ts'
import { directorySource } from '../../packages/trimtab/src/sources/directory.ts'
import { envSource } from '../../packages/trimtab/src/sources/env.ts'
import { fileSource } from '../../packages/trimtab/src/sources/file.ts'
import { objectSource } from '../../packages/trimtab/src/sources/object.ts'
import type { Source } from '../../packages/trimtab/src/sources/source.ts'
import type { FolderEntries } from './folder-entries.ts'

/** Stands where a password stands in the cases. It must not come out anywhere. */
export const planted = 'hunter2-s3cret'

export interface BadInputCase {
  readonly name: string
  /** What stands in the folder, by relative path. */
  readonly files: FolderEntries
  /** What is configured; the first of the files, if it is left away. */
  readonly sources?: (folder: string) => readonly Source[]
  /**
   * Every problem, as `code place path`, the place relative to the folder; or what the configuration is, as far as it
   * differs from the defaults, with the warnings.
   */
  readonly expect:
    | { readonly refused: readonly string[] }
    | { readonly accepted: JsonObject; readonly warnings?: readonly string[] }
}

/** The configuration that all cases are read for. Everything in it has a default. */
export const badInputConfig = defineConfig(
  dynamic(
    z.object({
      port: z.number().int().min(1).max(65_535).default(8080),
      level: z.enum(['debug', 'info']).default('info'),
      password: secret(z.string()).optional(),
      pool: z.object({
        max: z.number().int().max(500).default(10),
        idle: duration().default('30s'),
        url: secret(z.string()).optional(),
        readTimeout: z.number().default(5),
        read_timeout: z.number().optional(),
      }),
      hosts: z.array(z.string()).default([]),
      routes: z.record(z.string(), z.object({ upstream: z.string() })).default({}),
      names: z.record(z.string(), z.string()).default({}),
      verbose: z.boolean().default(false),
      free: z.unknown().optional(),
    }),
  ),
)

/** Content that every format can say and every case begins with: `port` 9090. */
export const goodContent: Readonly<Record<string, string>> = {
  '.yaml': 'port: 9090\n',
  '.json': '{ "port": 9090 }\n',
  '.toml': 'port = 9090\n',
  '.env': 'PORT=9090\n',
}

type Case = BadInputCase
type Files = BadInputCase['files']

const refused = (name: string, files: Files, ...problems: readonly string[]): Case => ({
  ...{ name, files, expect: { refused: problems } },
})
const accepted = (name: string, files: Files, config: JsonObject): Case => ({
  name,
  files,
  expect: { accepted: config },
})
const yaml = (text: string | Uint8Array): Files => ({ 'c.yaml': text })
const json = (text: string | Uint8Array): Files => ({ 'c.json': text })
const toml = (text: string | Uint8Array): Files => ({ 'c.toml': text })
const dotenv = (text: string | Uint8Array): Files => ({ 'c.env': text })

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const megabytes = (count: number, filler: string) => filler.repeat(Math.ceil((count * 1024 * 1024) / filler.length))

const laughs = [
  `a: &a [${Array(9).fill(planted).join(', ')}]`,
  ...Array.from({ length: 8 }, (_, index) => {
    const [above, below] = ['bcdefghi'[index], 'abcdefgh'[index]]
    return `${above}: &${above} [${Array(9).fill(`*${below}`).join(', ')}]`
  }),
].join('\n')

const syntax: readonly Case[] = [
  refused(
    'YAML: a double quote that is not closed',
    yaml(`port: 1\npassword: "${planted}\nlevel: info\n`),
    'syntax c.yaml:2:11',
  ),
  refused('YAML: a single quote that is not closed', yaml(`password: '${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: something after a closing quote', yaml(`password: "a" ${planted}\n`), 'syntax c.yaml:1:15'),
  refused('YAML: a password that begins with @', yaml(`password: @${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: a password that begins with %', yaml(`password: %${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: a password that begins with a backquote', yaml(`password: \`${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: a password that begins with *', yaml(`password: *${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: a password that begins with !', yaml(`password: !${planted}\n`), 'not_json c.yaml:1:11'),
  refused('YAML: a password with a colon and a space', yaml(`password: a: ${planted}\n`), 'syntax c.yaml:1:11'),
  refused('YAML: an escape that does not exist', yaml(`password: "\\q${planted}"\n`), 'syntax c.yaml:1:12'),
  refused('YAML: no space after the colon', yaml(`password:${planted}\n`), 'not_an_object c.yaml:1:1'),
  refused('YAML: a line without a colon', yaml(`port: 1\n${planted}\nlevel: info\n`), 'syntax c.yaml:2:1'),
  refused('YAML: a tab', yaml(`pool:\n\turl: ${planted}\n`), 'syntax c.yaml:2:1'),
  refused('YAML: indentation that does not fit', yaml(`pool:\n  max: 1\n url: ${planted}\n`), 'syntax c.yaml:3:1'),
  refused('YAML: a bracket that is not closed', yaml(`hosts: [${planted}, b\nport: 1\n`), 'syntax c.yaml:2:1'),
  refused('YAML: a file that is half written', yaml('port: 1\npool:\n  ma'), 'wrong_type c.yaml:3:3 pool'),
  refused(
    'YAML: marks of a merge conflict',
    yaml(`<<<<<<< HEAD\npassword: ${planted}\n=======\n`),
    'syntax c.yaml:1:1',
  ),
  refused('JSON: a text that is not closed', json(`{\n  "password": "${planted}\n}\n`), 'syntax c.json:2:15'),
  refused('JSON: a brace that is not closed', json(`{ "password": "${planted}"`), 'syntax c.json:1:31'),
  refused('JSON: a missing comma', json(`{ "port": 1\n  "password": "${planted}" }`), 'syntax c.json:2:3'),
  refused('JSON: single quotes', json(`{ 'password': '${planted}' }`), 'syntax c.json:1:3'),
  refused('JSON: no quotes', json(`{ "password": ${planted} }`), 'syntax c.json:1:15'),
  refused('JSON: an escape that does not exist', json(`{ "password": "\\q${planted}" }`), 'syntax c.json:1:15'),
  refused('JSON: something after the end', json(`{ "port": 1 } "${planted}"`), 'syntax c.json:1:15'),
  refused('JSON: a comment that is not closed', json(`{ "port": 1 } /* ${planted}`), 'syntax c.json:1:15'),
  refused('JSON: NaN', json('{ "port": NaN }'), 'syntax c.json:1:11'),
  refused('TOML: a text that is not closed', toml(`password = "${planted}\nport = 1\n`), 'syntax c.toml:1:27'),
  refused('TOML: a text without quotes', toml(`password = ${planted}\n`), 'syntax c.toml:1:12'),
  refused('TOML: something after a value', toml(`password = "a" "${planted}"\n`), 'syntax c.toml:1:16'),
  refused('TOML: a header that is not closed', toml(`[pool\nurl = "${planted}"\n`), 'syntax c.toml:1:6'),
  refused('TOML: a key without a value', toml(`${planted}\nport = 1\n`), 'syntax c.toml:1:15'),
  refused('TOML: YAML by mistake', toml(`password: ${planted}\n`), 'syntax c.toml:1:9'),
  refused('.env: a line that is nothing', dotenv(`PORT=1\n${planted}\n`), 'syntax c.env:2:1'),
  refused('.env: a quote that is not closed', dotenv(`PORT=1\nPASSWORD="${planted}\n`), 'syntax c.env:2:10'),
  refused('.env: something after a closing quote', dotenv(`PASSWORD='a'${planted}\n`), 'syntax c.env:1:10'),
  refused('.env: a # that would cut off the password', dotenv(`PASSWORD=${planted}#more\n`), 'syntax c.env:1:24'),
]

const structure: readonly Case[] = [
  refused(
    'YAML: a key set twice',
    yaml(`password: ${planted}\nport: 1\npassword: x\n`),
    'duplicate_key c.yaml:3:1 password',
  ),
  refused(
    'YAML: a key set twice, deep in brackets',
    yaml(`pool: {url: ${planted}, url: b}\n`),
    'duplicate_key c.yaml:1:29 pool.url',
  ),
  refused(
    'YAML: a number and a text as one key',
    yaml('names:\n  1: a\n  "1": b\n'),
    'duplicate_key c.yaml:3:3 names["1"]',
  ),
  refused(
    'JSON: a key set twice',
    json(`{\n "password": "${planted}",\n "password": "b" }`),
    'duplicate_key c.json:3:2 password',
  ),
  refused(
    'JSON: a key set twice, once by an escape',
    json(`{ "port": 1, "p\\u006frt": 2 }`),
    'duplicate_key c.json:1:14 port',
  ),
  refused('TOML: a key set twice', toml(`password = "${planted}"\npassword = "b"\n`), 'duplicate_key c.toml:2:1'),
  refused('TOML: a table set twice', toml('[pool]\nmax = 1\n[pool]\n'), 'duplicate_key c.toml:3:2'),
  refused('.env: a name set twice', dotenv(`PASSWORD=${planted}\nPASSWORD=b\n`), 'duplicate_key c.env:2:1'),
  refused('.env: a field set by two names', dotenv('PORT=1\nport=2\n'), 'duplicate_key c.env:2:1 port'),
  refused('YAML: two documents', yaml(`port: 1\n---\npassword: ${planted}\n`), 'several_documents c.yaml:2:1'),
  refused(
    'YAML: two documents, the first ended',
    yaml(`port: 1\n...\npassword: ${planted}\n`),
    'several_documents c.yaml:3:1',
  ),
  refused('YAML: a bomb of aliases', yaml(laughs), 'alias_bomb c.yaml:5:8'),
  refused('YAML: an alias inside its anchor', yaml('free: &a [*a]\n'), 'alias_bomb c.yaml:1:11'),
  refused('YAML: a merge of itself', yaml('free: &a\n  <<: *a\n'), 'alias_bomb c.yaml:2:7'),
  refused('YAML: a merge of a text', yaml(`pool:\n  <<: ${planted}\n`), 'syntax c.yaml:2:3'),
  refused('YAML: an alias without anchor', yaml('free: *none\n'), 'syntax c.yaml:1:7'),
  refused('YAML: __proto__', yaml(`names:\n  __proto__:\n    x: ${planted}\n`), 'prototype_key c.yaml:2:3 names'),
  refused('YAML: constructor, merged in', yaml('free: &a {constructor: 1}\n'), 'prototype_key c.yaml:1:11 free'),
  refused('JSON: __proto__', json(`{ "__proto__": { "isAdmin": true } }`), 'prototype_key c.json:1:3'),
  refused(
    'JSON: __proto__ by an escape',
    json('{ "names": { "\\u005f_proto__": "x" } }'),
    'prototype_key c.json:1:14 names',
  ),
  refused('TOML: prototype', toml('[names]\nprototype = "x"\n'), 'prototype_key c.toml:2:1 names'),
  refused('.env: __proto__', dotenv(`__proto__=${planted}\n`), 'prototype_key c.env:1:1'),
  refused('.env: constructor as a key', dotenv('NAMES__CONSTRUCTOR=x\n'), 'unknown_key c.env:1:1'),
  refused('YAML: a list as a key', yaml(`? [${planted}]\n: 1\n`), 'key_invalid c.yaml:1:3'),
  refused('YAML: no key', yaml(`: ${planted}\n`), 'key_invalid c.yaml:1:1'),
  refused('YAML: a control character in a key', yaml('names:\n  "a\\u0007b": x\n'), 'key_invalid c.yaml:2:3 names'),
  refused(
    'JSON: a key that is too long',
    json(`{ "names": { "${'k'.repeat(129)}": "x" } }`),
    'key_invalid c.json:1:14 names',
  ),
  refused('YAML: a list at the top', yaml(`- ${planted}\n`), 'not_an_object c.yaml:1:1'),
  refused('JSON: a text at the top', json(`"${planted}"`), 'not_an_object c.json:1:1'),
  refused('JSON: null at the top', json('null'), 'not_an_object c.json:1:1'),
  refused(
    'YAML: too many levels in brackets',
    yaml(`free: ${'['.repeat(40)}${']'.repeat(40)}\n`),
    'too_deep c.yaml:1:38',
  ),
  refused('YAML: levels without end', yaml('- '.repeat(100_000)), 'too_deep c.yaml:1:65'),
  refused('JSON: levels without end', json('{"free":'.repeat(100_000)), 'too_deep c.json:1:257'),
  refused('TOML: levels without end', toml(`free = ${'['.repeat(100_000)}`), 'too_deep c.toml:1:1008'),
]

const values: readonly Case[] = [
  refused('YAML: a number that loses digits', yaml('port: 12345678901234567890\n'), 'not_json c.yaml:1:7 port'),
  refused('JSON: a number that loses digits', json('{ "port": 9007199254740993 }'), 'not_json c.json:1:11 port'),
  refused('TOML: a number that loses digits', toml('port = 9007199254740993\n'), 'not_json c.toml:1:8'),
  refused('YAML: infinity', yaml('port: .inf\n'), 'not_json c.yaml:1:7 port'),
  refused('TOML: not a number', toml('port = nan\n'), 'not_json c.toml:1:8 port'),
  refused('JSON: a number too large to hold', json('{ "port": 1e999 }'), 'not_json c.json:1:11 port'),
  refused('YAML: binary data', yaml('password: !!binary aGk=\n'), 'not_json c.yaml:1:11'),
  refused('JSON: half a character', json('{ "password": "\\ud83d" }'), 'not_json c.json:1:15 password'),
  refused(
    'YAML: a text that is too large',
    yaml(`password: ${planted}${'x'.repeat(256 * 1024)}\n`),
    'too_large c.yaml:1:11 password',
  ),
  refused('a text for a number', yaml(`port: ${planted}\n`), 'wrong_type c.yaml:1:7 port'),
  refused('a number in quotes', yaml('pool:\n  max: "20"\n'), 'wrong_type c.yaml:2:8 pool.max'),
  refused('a text for an object', yaml(`pool: ${planted}\n`), 'wrong_type c.yaml:1:7 pool'),
  refused('a list for an object', json(`{ "pool": ["${planted}"] }`), 'wrong_type c.json:1:11 pool'),
  refused(
    'an object for a text',
    yaml(`password:\n  ${planted.replace('-', '_')}: 1\n`),
    'wrong_type c.yaml:1:1 password',
  ),
  refused('null for a number', yaml('port:\n'), 'wrong_type c.yaml:1:1 port'),
  refused('yes for a boolean', yaml('verbose: yes\n'), 'wrong_type c.yaml:1:10 verbose'),
  refused('a word that is not one of those', toml(`level = "${planted}"\n`), 'not_allowed c.toml:1:9 level'),
  refused('a number out of its range', json('{ "port": 70000 }'), 'not_allowed c.json:1:11 port'),
  refused('a time that is none', yaml(`pool: { idle: ${planted} }\n`), 'not_allowed c.yaml:1:15 pool.idle'),
  refused('a wrong element of a list', yaml(`hosts:\n  - a\n  - 5\n`), 'wrong_type c.yaml:3:5 hosts[1]'),
  refused(
    'a wrong member of a record',
    yaml(`routes:\n  /v1/*: ${planted}\n`),
    'wrong_type c.yaml:2:10 routes["/v1/*"]',
  ),
  refused('a missing member', yaml('routes:\n  "/v1/*": {}\n'), 'required c.yaml:2:12 routes["/v1/*"].upstream'),
  refused('an unknown key', yaml(`pasword: ${planted}\n`), 'unknown_key c.yaml:1:1 pasword'),
  refused(
    'an unknown key in JSON',
    json(`{\n  "pool": { "mxa": "${planted}" }\n}\n`),
    'unknown_key c.json:2:13 pool.mxa',
  ),
  refused('an unknown key inside', toml(`[pool]\nmxa = "${planted}"\n`), 'unknown_key c.toml:2:1 pool.mxa'),
  refused('a wrong text for a number in .env', dotenv(`PORT=${planted}\n`), 'wrong_type c.env:1:6 port'),
  refused('an unknown name in .env', dotenv(`PASWORD=${planted}\n`), 'unknown_key c.env:1:1'),
  refused('a name in .env that means two fields', dotenv('POOL__READTIMEOUT=5\n'), 'ambiguous_name c.env:1:1'),
  {
    ...refused('several mistakes in two files', {
      'a.yaml': `port: x\npasword: ${planted}\n`,
      'b.json': '{ "level": 5 }',
    }),
    sources: (folder) => [fileSource(join(folder, 'a.yaml')), fileSource(join(folder, 'b.json'))],
    expect: {
      refused: ['unknown_key a.yaml:2:1 pasword', 'wrong_type a.yaml:1:7 port', 'wrong_type b.json:1:12 level'],
    },
  },
]

const bytes: readonly Case[] = [
  refused('a byte of Latin-1', yaml(latin1(`port: 1\npassword: J\u00fcrgen-${planted}\n`)), 'invalid_utf8 c.yaml:2:12'),
  refused(
    'a character that is cut off',
    json(Buffer.from('{ "password": "\u20ac').subarray(0, -1)),
    'invalid_utf8 c.json:1:16',
  ),
  refused(
    'UTF-16, little-endian',
    yaml(Buffer.from(`\ufeffpassword: ${planted}\n`, 'utf16le')),
    'invalid_utf8 c.yaml:1:1',
  ),
  refused('UTF-16, big-endian', json(Buffer.from('\ufeff{}', 'utf16le').swap16()), 'invalid_utf8 c.json:1:1'),
  refused('NUL characters', yaml(`port: 1\n\0\0\0${planted}`), 'syntax c.yaml:2:1'),
  refused('a control character', dotenv(`PASSWORD=\u0007${planted}\n`), 'syntax c.env:1:10'),
  refused('a YAML file that is too large', yaml(megabytes(5, `# ${planted}\n`)), 'too_large c.yaml'),
  refused('a JSON file that is too large', json(`{}${megabytes(5, ' ')}`), 'too_large c.json'),
  refused('a TOML file that is too large', toml(`${megabytes(5, '#\n')}#`), 'too_large c.toml'),
  accepted('a byte order mark in YAML', yaml('\ufeffport: 9091\n'), { port: 9091 }),
  accepted('a byte order mark in JSON', json('\ufeff{ "port": 9091 }'), { port: 9091 }),
  accepted('a byte order mark in TOML', toml('\ufeffport = 9091\n'), { port: 9091 }),
  accepted('a byte order mark in .env', dotenv('\ufeffPORT=9091\n'), { port: 9091 }),
  accepted('line ends of Windows', yaml('port: 9091\r\nlevel: debug\r\n'), { port: 9091, level: 'debug' }),
  accepted('a file of exactly 5 MiB', toml(megabytes(5, '#\n')), {}),
  accepted('an empty YAML file', yaml(''), {}),
  accepted('an empty JSON file', json(''), {}),
  accepted('an empty TOML file', toml('\n'), {}),
  accepted('an empty .env file', dotenv('# nothing\n'), {}),
]

const places: readonly Case[] = [
  refused('no file', { 'c.yaml': { kind: 'nothing' } }, 'absent c.yaml'),
  refused('a folder in place of a file', { 'c.yaml': { kind: 'folder' } }, 'unreadable c.yaml'),
  refused('a pipe in place of a file', { 'c.json': { kind: 'pipe' } }, 'unreadable c.json'),
  refused('a device in place of a file', { 'c.yaml': { kind: 'link', to: '/dev/zero' } }, 'unreadable c.yaml'),
  refused('a link that leads nowhere', { 'c.toml': { kind: 'link', to: 'nowhere' } }, 'absent c.toml'),
  refused('a link to itself', { 'c.yaml': { kind: 'link', to: 'c.yaml' } }, 'unreadable c.yaml'),
  refused(
    'a file that may not be read',
    { 'c.yaml': { kind: 'forbidden', text: `password: ${planted}\n` } },
    'unreadable c.yaml',
  ),
  {
    ...refused('a file in place of a folder', { file: 'x' }, 'unreadable file/c.yaml'),
    sources: (folder) => [fileSource(join(folder, 'file', 'c.yaml'))],
  },
  {
    ...refused('a name that is too long', {}, `unreadable ${'x'.repeat(300)}.yaml`),
    sources: (folder) => [fileSource(join(folder, `${'x'.repeat(300)}.yaml`))],
  },
  {
    name: 'an optional file that is not there',
    files: { 'c.yaml': { kind: 'nothing' } },
    sources: (folder) => [fileSource(join(folder, 'c.yaml'), { optional: true })],
    expect: { accepted: {} },
  },
  {
    ...refused('an optional file that cannot be read', { 'c.yaml': { kind: 'folder' } }, 'unreadable c.yaml'),
    sources: (folder) => [fileSource(join(folder, 'c.yaml'), { optional: true })],
  },
  {
    ...refused(
      'two wrong files of a folder',
      { 'd/a.yaml': 'port: 9091\n', 'd/b.json': `{ "password": "${planted}`, 'd/c.toml': 'x = 1\nx = 2\n' },
      ...['syntax d/b.json:1:15', 'duplicate_key d/c.toml:2:1'],
    ),
    sources: (folder) => [directorySource(join(folder, 'd'))],
  },
  {
    ...refused(
      'a link of a folder that leads nowhere',
      { 'd/a.yaml': { kind: 'link', to: 'nowhere' } },
      'unreadable d/a.yaml',
    ),
    sources: (folder) => [directorySource(join(folder, 'd'))],
  },
  {
    name: 'other files in a folder',
    files: { 'd/a.yaml': 'port: 9091\n', 'd/a.yaml~': 'port: [', 'd/.b.yaml.swp': 'x', 'd/README.md': planted },
    sources: (folder) => [directorySource(join(folder, 'd'))],
    expect: { accepted: { port: 9091 }, warnings: ['not_allowed d/README.md'] },
  },
]

const oddKeys: readonly Case[] = [
  accepted('routes as keys', yaml('routes:\n  /v1/*: { upstream: a }\n  "*.example.com": { upstream: b }\n'), {
    routes: { '/v1/*': { upstream: 'a' }, '*.example.com': { upstream: 'b' } },
  }),
  accepted('routes as keys in TOML', toml('[routes."/v1/*"]\nupstream = "a"\n'), {
    routes: { '/v1/*': { upstream: 'a' } },
  }),
  accepted('keys that are numbers, words and dots', yaml('names: { 1.10: a, true: b, a.b: c, "": d, ~: e }\n'), {
    names: { '1.10': 'a', true: 'b', 'a.b': 'c', '': 'd', '~': 'e' },
  }),
  accepted(
    'keys of every script',
    json('{ "names": { "\u0434\u043e\u043c": "a", "\ud83d\ude80": "b", "toString": "c" } }'),
    {
      names: { дом: 'a', '🚀': 'b', toString: 'c' },
    },
  ),
  accepted('merge keys', yaml('free: &base { max: 3 }\npool:\n  <<: *base\n'), {
    ...{ free: { max: 3 }, pool: { max: 3, idle: 30_000, readTimeout: 5 } },
  }),
]

const references: readonly Case[] = [
  refused(
    'a variable that is not set',
    yaml('port: 1\npassword: ${env:TRIMTAB_TEST_UNSET}\n'),
    'reference_unset c.yaml:2:11 password',
  ),
  refused(
    'a file that does not exist',
    yaml('password: ${file:/no/such/secret}\n'),
    'reference_unset c.yaml:1:11 password',
  ),
  refused(
    'a file by a relative path',
    json('{ "password": "${file:secret}" }'),
    'reference_failed c.json:1:15 password',
  ),
  refused(
    'a reference that is not closed',
    toml(`password = "\${env:${planted}"\n`),
    'reference_failed c.toml:1:12 password',
  ),
  {
    ...refused('a folder as a secret', { 'c.yaml': 'password: ${file:/}\n' }, 'reference_failed c.yaml:1:11 password'),
  },
  accepted('an escaped reference', yaml('names: { a: "$${env:HOME}" }\n'), { names: { a: '${env:HOME}' } }),
  accepted('braces that refer to nothing', yaml('names: { a: "${x} $x ${unknown:y} {{z}}" }\n'), {
    names: { a: '${x} $x ${unknown:y} {{z}}' },
  }),
]

const variables = (env: Readonly<Record<string, string>>) => () => [envSource({ prefix: 'APP_', env })]
const environment: readonly Case[] = [
  {
    name: 'variables that Kubernetes injects',
    files: {},
    sources: variables({
      ...{ APP_PORT: 'tcp://10.0.0.1:80', APP_SERVICE_HOST: '10.0.0.1', APP_SERVICE_PORT: '80' },
      ...{ APP_PORT_80_TCP: 'tcp://10.0.0.1:80', APP_POOL__MAX: '20' },
    }),
    expect: {
      accepted: { pool: { max: 20, idle: 30_000, readTimeout: 5 } },
      warnings: [
        ...['unknown_key env APP_PORT port', 'unknown_key env APP_PORT_80_TCP'],
        ...['unknown_key env APP_SERVICE_HOST', 'unknown_key env APP_SERVICE_PORT'],
      ],
    },
  },
  {
    name: 'a variable that matches nothing',
    files: {},
    sources: variables({ APP_PASWORD: planted }),
    expect: { accepted: {}, warnings: ['unknown_key env APP_PASWORD'] },
  },
  {
    ...refused('a variable that is no number', {}, 'wrong_type env APP_PORT port'),
    sources: variables({ APP_PORT: planted }),
  },
  {
    ...refused('a variable that means two fields', {}, 'ambiguous_name env APP_POOL__READ_TIMEOUT'),
    sources: variables({ APP_POOL__READ_TIMEOUT: '5' }),
  },
  {
    ...refused('an argument for a path that does not exist', {}, 'unknown_key --set pool.mxa pool.mxa'),
    sources: () => [argsSource(['--set', `pool.mxa=${planted}`])],
  },
  {
    ...refused('an argument that is no number', {}, 'wrong_type --set port port'),
    sources: () => [argsSource(['--set', `port=${planted}`])],
  },
  {
    ...refused('an argument without a value', {}, 'syntax --set (argument 2)'),
    sources: () => [argsSource(['--set', planted])],
  },
  {
    ...refused(
      'a variable that Kubernetes injects over a file',
      { 'c.yaml': `port: ${planted}\n` },
      'wrong_type c.yaml:1:7 port',
    ),
    sources: (folder) => [
      fileSource(join(folder, 'c.yaml')),
      envSource({ prefix: 'APP_', env: { APP_PORT: 'tcp://10.0.0.1:80' } }),
    ],
  },
  {
    ...refused('an unknown key in code', {}, 'unknown_key object:inline pasword'),
    sources: () => [objectSource({ pasword: planted })],
  },
]

export const badInputCases: readonly BadInputCase[] = [
  ...syntax,
  ...structure,
  ...values,
  ...bytes,
  ...places,
  ...oddKeys,
  ...references,
  ...environment,
]
