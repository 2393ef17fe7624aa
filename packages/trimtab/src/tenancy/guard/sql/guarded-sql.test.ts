import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { deferred } from '../../../primitives/concurrency/deferred.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { createTenantContext } from '../../context.ts'
import { createGuard } from '../create-guard.ts'
import type { GuardMode } from '../guard.ts'
import { refuseStatement } from './refused-statement.ts'
import type { GuardedClient, SqlResult } from './sql-pool.ts'

interface Script {
  readonly role?: { readonly user?: string; readonly bypasses?: boolean | null; readonly tenant?: string }
  /** A table that the role may act as the owner of. */
  readonly owned?: string
  /** Answers a statement of its own, or throws. */
  readonly answer?: (text: string, client: ScriptedClient) => SqlResult | Promise<SqlResult> | undefined
}

/** A connection that says what it is told to, and keeps what it was asked. */
class ScriptedClient extends EventEmitter {
  readonly asked: string[] = []
  readonly released: unknown[] = []
  readonly #script: Script
  constructor(script: Script) {
    super()
    this.#script = script
  }
  async query(text: string, values: unknown[] = []): Promise<SqlResult> {
    const enters = text.includes('set_config')
    const owns = text.includes('relforcerowsecurity')
    this.asked.push(enters ? `enter ${String(values[0])}` : owns ? 'tables' : [text, ...values].join(' '))
    const own = await this.#script.answer?.(text, this)
    if (own !== undefined) return own
    const { user = 'app', bypasses = false, tenant = values[0] } = this.#script.role ?? {}
    if (enters) return { rows: [{ tenant, user, login: user, bypasses }] }
    if (owns) return { rows: this.#script.owned === undefined ? [] : [{ name: this.#script.owned }] }
    return { rows: [], command: text.toUpperCase() }
  }
  release(error?: Error): void {
    this.released.push(error)
  }
}

function make(script: Script = {}, mode: GuardMode = 'strict') {
  const context = createTenantContext({ tenantOf: (id) => ({ id, config: {} }) })
  const guard = createGuard({ context, clock: createManualClock(), mode })
  const client = new ScriptedClient(script)
  const sql = guard.sql({ connect: async () => client })
  const { asked, released } = client
  return { context, guard, client, sql, asked, released }
}

const code = (name: string) => expect.objectContaining({ code: name })

describe('guard.sql', () => {
  it('runs a statement in a transaction with the tenant set, and gives the connection back', async () => {
    const { context, sql, asked, released, client } = make()
    const { rows } = await context.run('acme', () => sql.query('select $1', [7]))
    expect(rows).toEqual([])
    expect(asked).toEqual(['begin', 'enter acme', 'tables', 'select $1 7', 'commit'])
    await context.run('beta', () => sql.query('select 1'))
    expect(asked.slice(5)).toEqual(['begin', 'enter beta', 'select 1', 'commit'])
    expect(released).toEqual([undefined, undefined])
    expect(client.listenerCount('error')).toBe(0)
  })

  it('refuses outside of a tenant before it asks for a connection', async () => {
    const { guard, sql, asked, released } = make()
    await expect(sql.query('select 1')).rejects.toEqual(code('tenant_context_missing'))
    expect(guard.violations()[0]).toMatchObject({ kind: 'missing_context', resource: 'sql', operation: 'transaction' })
    expect([asked, released]).toEqual([[], []])
  })

  it.each(['lenient', 'disabled'] as const)('runs as nobody outside of a tenant when it is %s', async (mode) => {
    const { guard, sql, asked } = make({}, mode)
    await sql.query('select 1')
    expect(asked[1]).toBe('enter ')
    expect(guard.violations()).toHaveLength(mode === 'lenient' ? 1 : 0)
  })

  it.each([
    ['a superuser', { role: { bypasses: true } }, /superuser or has BYPASSRLS/],
    ['a role that nobody knows', { role: { bypasses: null } }, /superuser or has BYPASSRLS/],
    ['the owner of a table without forced row security', { owned: 'orders' }, /orders.*FORCE ROW LEVEL SECURITY/],
    ['a server that does not take the tenant', { role: { tenant: 'beta' } }, /did not take the tenant/],
  ])('refuses %s, in every mode', async (_, script, message) => {
    for (const mode of ['strict', 'lenient', 'disabled'] as const) {
      const { context, sql, asked, released } = make(script, mode)
      const refused = expect.objectContaining({
        code: 'row_security_bypassed',
        message: expect.stringMatching(message),
      })
      await expect(context.run('acme', () => sql.query('select 1'))).rejects.toEqual(refused)
      expect(asked).not.toContain('select 1')
      expect(asked.at(-1)).toBe('rollback')
      expect(released).toEqual([undefined])
    }
  })

  it('looks at the role again in every transaction', async () => {
    const role = { bypasses: false }
    const { context, sql } = make({ role })
    await context.run('acme', () => sql.query('select 1'))
    role.bypasses = true
    await expect(context.run('acme', () => sql.query('select 1'))).rejects.toEqual(code('row_security_bypassed'))
  })

  it('undoes all of a transaction that throws', async () => {
    const { context, sql, asked, released } = make()
    const thrown = new Error('own')
    const failing = context.run('acme', () =>
      sql.transaction(async (client) => {
        await client.query('insert')
        throw thrown
      }),
    )
    await expect(failing).rejects.toBe(thrown)
    expect(asked.slice(3)).toEqual(['insert', 'rollback'])
    expect(released).toEqual([undefined])
  })

  it('throws what made PostgreSQL undo a transaction, though the work has caught it', async () => {
    const failure = new Error('duplicate key')
    const { context, sql } = make({
      answer: (text) => {
        if (text === 'insert') throw failure
        return text === 'commit' ? { rows: [], command: 'ROLLBACK' } : undefined
      },
    })
    const work = async (client: GuardedClient) => void (await client.query('insert').catch(() => {}))
    await expect(context.run('acme', () => sql.transaction(work))).rejects.toBe(failure)
  })

  it('closes a connection that breaks, whether it says so by an event or by a failed rollback', async () => {
    const lost = new Error('terminated')
    const broken = make({
      answer: (text, client) => {
        if (text !== 'select 1') return undefined
        client.emit('error', lost)
        throw lost
      },
    })
    await expect(broken.context.run('acme', () => broken.sql.query('select 1'))).rejects.toBe(lost)
    expect(broken.released).toEqual([lost])
    const silent = make({
      answer: (text) => {
        if (text === 'select 1' || text === 'rollback') throw lost
        return undefined
      },
    })
    await expect(silent.context.run('acme', () => silent.sql.query('select 1'))).rejects.toBe(lost)
    expect(silent.released).toEqual([lost])
  })

  it('refuses a statement that comes from another tenant, or after the end', async () => {
    const { context, guard, sql, asked } = make()
    let kept: GuardedClient | undefined
    await context.run('acme', () =>
      sql.transaction(async (client) => {
        kept = client
        await expect(context.run('beta', () => client.query('select 1'))).rejects.toEqual(code('tenant_mismatch'))
        await expect(context.outside(() => client.query('select 1'))).rejects.toEqual(code('tenant_context_missing'))
      }),
    )
    await expect(context.run('acme', () => kept?.query('select 1'))).rejects.toEqual(code('tenant_mismatch'))
    expect(asked).not.toContain('select 1')
    expect(guard.violations().map(({ kind }) => kind)).toEqual(['missing_context', 'mismatch'])
  })

  it('waits for statements that the work did not wait for, before it ends the transaction', async () => {
    const answers: (() => void)[] = []
    const { context, sql, asked } = make({
      answer: (text) =>
        text === 'slow' ? new Promise((resolve) => answers.push(() => resolve({ rows: [] }))) : undefined,
    })
    const done = context.run('acme', () => sql.transaction((client) => void client.query('slow')))
    while (answers.length === 0) await Promise.resolve()
    expect(asked.at(-1)).toBe('slow')
    answers[0]?.()
    await done
    expect(asked.at(-1)).toBe('commit')
  })

  it('closes the connection of a caller that has gone, and gives back one that comes too late', async () => {
    const controller = new AbortController()
    const { context, sql, asked, released } = make({
      answer: (text) => (text === 'slow' ? new Promise(() => {}) : undefined),
    })
    const { signal } = controller
    const gone = context.run('acme', () => sql.transaction((client) => client.query('slow'), { signal }))
    while (asked.at(-1) !== 'slow') await Promise.resolve()
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(gone).rejects.toBe(reason)
    expect(released).toEqual([reason])

    const late = make()
    const arriving = deferred<ScriptedClient>()
    const pool = { connect: () => arriving.promise }
    const waiting = new AbortController()
    const left = late.context.run('acme', () => late.guard.sql(pool).transaction(() => {}, { signal: waiting.signal }))
    waiting.abort(reason)
    await expect(left).rejects.toBe(reason)
    arriving.resolve(late.client)
    while (late.released.length === 0) await Promise.resolve()
    expect(late.released).toEqual([undefined])
    const again = late.context.run('acme', () => late.sql.transaction(() => {}, { signal: waiting.signal }))
    await expect(again).rejects.toBe(reason)
  })

  it('refuses what is no pool and no work', async () => {
    const { guard, sql } = make()
    // @ts-expect-error plain JavaScript may give anything
    expect(() => guard.sql({})).toThrow(code('option_invalid'))
    // @ts-expect-error plain JavaScript may give anything
    await expect(sql.transaction('select 1')).rejects.toEqual(code('option_invalid'))
  })
})

describe('a statement', () => {
  it.each([
    ...['commit', ' COMMIT;', '/* a */ -- b\n ; rollback', 'begin', 'START transaction', 'end', 'abort', 'reset all'],
    ...['set role admin', 'SET LOCAL role admin', 'set session authorization x', 'set trimtab.tenant = 1'],
    ...['set local "trimtab".tenant = 1', 'discard all', "prepare transaction 'x'"],
    ...[
      "select set_config('trimtab.tenant', 'beta', true)",
      "with a as (select Set_Config ( 'trimtab.x','b',true)) select 1",
    ],
  ])('that would leave the transaction is refused: %s', (text) => {
    expect(() => refuseStatement(text)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })

  it.each([
    ...[
      'select 1',
      'savepoint a',
      'rollback to a',
      'rollback work to savepoint a',
      'release a',
      'set local work_mem = 1',
    ],
    ...["insert into t values (current_setting('trimtab.tenant'))", 'prepare a as select 1', 'select * from endings'],
    ...['beginning', "select 'commit'", 'set statement_timeout = 5'],
  ])('that stays inside is let through: %s', (text) => {
    expect(() => refuseStatement(text)).not.toThrow()
  })

  it('is read in time that follows its length', () => {
    expect(() => refuseStatement(`${'/* * '.repeat(20_000)}commit`)).not.toThrow()
    expect(() => refuseStatement(`${'-- a\n/**/ ;'.repeat(20_000)}commit`)).toThrow()
  })
})
