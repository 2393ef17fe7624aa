import { sqlStateOf } from '../failure/sql-states.ts'
import type { PgLike, PgListeningSession } from '../pg-like.ts'

/** One way to a database, as one user. */
interface DatabaseWay {
  readonly database: PgLike
  readonly user: string
}

/** A database that several reach, each in a way of its own, and that can be reached as long as one of them can. */
export interface RovingDatabase extends PgLike {
  /** It is the one that is taken from now on: what was made last has the credentials of now. */
  join(way: DatabaseWay): void
  /** Resolves to how many there are left. Nothing stays open that was opened as somebody who has left. */
  leave(way: DatabaseWay): number
}

export function createRovingDatabase(): RovingDatabase {
  const ways: DatabaseWay[] = []
  const sessions = new Map<PgListeningSession, DatabaseWay>()

  /** The next attempt is made in another way, where there is one. */
  const turn = () => {
    const refused = ways.pop()
    if (refused !== undefined) ways.unshift(refused)
  }
  const use = async <T>(work: (database: PgLike) => Promise<T>): Promise<[T, DatabaseWay]> => {
    const way = ways.at(-1)
    if (way === undefined) throw new Error('The connection is closed')
    try {
      return [await work(way.database), way]
    } catch (error) {
      // Authorisation was refused, for this one.
      if (sqlStateOf(error)?.startsWith('28') === true && ways.at(-1) === way) turn()
      throw error
    }
  }
  return {
    query: async (...asked) => (await use((database) => database.query(...asked)))[0],
    transaction: async (...asked) => (await use((database) => database.transaction(...asked)))[0],
    async openListener(...asked) {
      const [session, way] = await use((database) => database.openListener(...asked))
      sessions.set(session, way)
      void session.ended.then(() => sessions.delete(session))
      if (!ways.some(({ user }) => user === way.user)) session.end()
      return session
    },
    renew() {},
    async close() {},
    join: (way) => void ways.push(way),
    leave(way) {
      const at = ways.indexOf(way)
      if (at >= 0) ways.splice(at, 1)
      for (const [session, { user }] of sessions) if (!ways.some((left) => left.user === user)) session.end()
      return ways.length
    },
  }
}
