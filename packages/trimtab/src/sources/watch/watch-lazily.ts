import type { WatchPathOptions } from './watch-path.ts'

/** `watchPath`, loaded by the first who watches. */
export async function watchLazily(path: string, options: WatchPathOptions): Promise<void> {
  const { watchPath } = await import('./watch-path.ts')
  await watchPath(path, options)
}
