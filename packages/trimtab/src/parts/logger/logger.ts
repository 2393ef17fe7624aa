import { isDeepStrictEqual } from 'node:util'
import type { Logger as Pino, LoggerOptions as PinoOptions } from 'pino'
import { z } from 'zod'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { defineModule, type Module, type ModuleTimeouts } from '../../modules/define-module.ts'
import type { Logger } from '../../primitives/logger.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { loadPeer } from '../../errors/load-peer.ts'
import { refusal } from '../refusal.ts'
import { checkDestination, type LogDestination, openDestination } from './log-destination.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/**
 * The configuration of a logger, to be put into a schema of your own. All of it changes while the service runs.
 *
 * @example
 * const config = defineConfig(z.object({ log: loggerSchema }))
 */
export const loggerSchema = dynamic(
  z.object({
    level: z.enum(levels).default('info').describe('The least severe lines that are written'),
    destination: z.string().min(1).default('stdout').describe('stdout, stderr, or the path of a file to append to'),
    format: z.enum(['json', 'text']).default('json').describe('json for machines, text for people'),
    redact: z.array(z.string()).default([]).describe('Places in logged objects whose values are not written'),
  }),
)

/** What is written, where to and how. */
export interface LoggerConfig {
  readonly level: (typeof levels)[number]
  readonly destination: string
  readonly format: 'json' | 'text'
  /** Paths as pino reads them: `request.headers.authorization`. */
  readonly redact: readonly string[]
}

/** What the logger module gives: a logger for plain lines, and pino for everything else. */
export interface LoggerResource extends Logger {
  /** Children of it keep the level they were made with: make them where they are used. */
  readonly pino: Pino
}

/** The section of a logger, and what of pino is set in code. */
export interface LoggerModuleOptions extends ModuleTimeouts {
  /** Default: `logger`. */
  readonly name?: string | undefined
  readonly config: Section<LoggerConfig>
  /** What pino takes and a person does not configure: `base`, `serializers`, `mixin`, `formatters`. */
  readonly pino?: Omit<PinoOptions, 'level' | 'redact' | 'transport'> | undefined
}

/**
 * A `pino` logger. Its level changes in place; a new destination, format or redaction starts a new logger beside the old
 * one, which goes on writing for those who still use it. A file that can't be appended to is refused, and the old one
 * stays. Reach it with `use`, which touches nobody when it is replaced. Needs the package `pino`.
 *
 * @example
 * const logger = loggerModule({ config: config.section('log') })
 * const plane = await createPlane({ config, sources, modules: [logger] })
 * await plane.use(logger, (log) => log.info('ready'))
 */
export function loggerModule(options: LoggerModuleOptions): Module<LoggerResource> {
  const { name = 'logger', config: section, pino: pinoOptions, ...timeouts } = options

  const load = () => loadPeer('pino', () => import('pino'))
  const refuse = (field: string, error: unknown) => {
    throw refusal({ section, field }, `cannot be used: ${describeThrown(error)}`, error)
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    replaceOn: ['destination', 'format', 'redact'],
    async start({ config, emit }) {
      const { pino, destination: openStream } = await load()
      const { destination: to, format, level, redact } = config
      const onBroken = (error: Error) => emit('write_failed', { error: describeThrown(error) })
      const destination = await openDestination({ openStream, to, format, onBroken })
      return new OpenLogger(pino({ ...pinoOptions, level, redact: [...redact] }, destination), destination)
    },
    async check({ next, previous }) {
      if (previous !== undefined && isSameLogger(next, previous)) return
      const { pino } = await load()
      await checkDestination(next.destination).catch((error: unknown) => refuse('destination', error))
      try {
        pino({ ...pinoOptions, redact: [...next.redact] }, { write() {} })
      } catch (error) {
        refuse('redact', error)
      }
    },
    reload({ next, previous, resource }) {
      resource.pino.level = next.level
      return () => {
        resource.pino.level = previous.level
      }
    },
    stop: ({ resource }) => resource.close(),
  })
  return module
}

class OpenLogger implements LoggerResource {
  readonly pino: Pino
  readonly #destination: LogDestination

  constructor(pino: Pino, destination: LogDestination) {
    this.pino = pino
    this.#destination = destination
  }

  debug(message: string): void {
    this.pino.debug(message)
  }

  info(message: string): void {
    this.pino.info(message)
  }

  warn(message: string): void {
    this.pino.warn(message)
  }

  error(message: string): void {
    this.pino.error(message)
  }

  close(): Promise<void> {
    return this.#destination.close()
  }
}

function isSameLogger(a: LoggerConfig, b: LoggerConfig): boolean {
  return a.destination === b.destination && a.format === b.format && isDeepStrictEqual(a.redact, b.redact)
}
