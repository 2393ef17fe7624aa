import type { Json } from 'trimtab'
import { parse, YAMLError } from 'yaml'

/** What somebody has typed. */
export type Typed =
  | { readonly kind: 'set'; readonly path: string; readonly value: Json }
  | { readonly kind: 'unset'; readonly path: string }
  | { readonly kind: 'show'; readonly path: string | undefined }
  | { readonly kind: 'history' }
  | { readonly kind: 'rollback'; readonly to: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'nothing' }
  /** It can't be understood: what was expected. What was typed is not in it, because it could be a secret. */
  | { readonly kind: 'wrong'; readonly expected: string }

/** A path, whose keys may hold blanks between quotes, and what follows it. */
const pathAndRest = /^((?:[^\s["]|\["(?:[^"\\]|\\.)*"\]|\[\d+\])+)(?:\s+(.*))?$/s

/** Reads one line. */
export function readTyped(line: string): Typed {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  const [, path, value] = pathAndRest.exec(rest) ?? []
  switch (word) {
    case '':
      return { kind: 'nothing' }
    case 'set':
      return path === undefined || value === undefined ? wrong('set limits.requestsPerSecond 5') : readSet(path, value)
    case 'unset':
      return path === undefined || value !== undefined
        ? wrong('unset limits.requestsPerSecond')
        : { kind: 'unset', path }
    case 'show':
      if (rest === '') return { kind: 'show', path: undefined }
      return path === undefined || value !== undefined
        ? wrong('show, or show limits.requestsPerSecond')
        : { kind: 'show', path }
    case 'history':
      return rest === '' ? { kind: 'history' } : wrong('history')
    case 'rollback':
      return /^\d{1,15}$/.test(rest) ? { kind: 'rollback', to: Number(rest) } : wrong('rollback 1')
    case 'help':
      return { kind: 'help' }
    default:
      return wrong('set, unset, show, history, rollback or help')
  }
}

/** A value as a YAML file has it: `5`, `2s`, `[a, b]`, `{ burst: 5 }`. */
function readSet(path: string, text: string): Typed {
  try {
    return { kind: 'set', path, value: parse(text, { prettyErrors: false, logLevel: 'error' }) }
  } catch (error) {
    // The message of an error would show the text, as a warning does.
    const why = error instanceof YAMLError ? error.code.toLowerCase().replaceAll('_', ' ') : 'it can not be read'
    return wrong(`a value in YAML after the path, like 5, "text" or { burst: 5 } (${why})`)
  }
}

function wrong(expected: string): Typed {
  return { kind: 'wrong', expected }
}
