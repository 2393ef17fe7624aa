import { resolve } from 'node:path'
import { sourceName } from '../../model/source-name.ts'
import { checkPath, checkTimings, type FileReadingOptions } from '../files/file-options.ts'
import type { OverlayReader, OverlaySource } from './overlay-source.ts'

/** How a folder of overlays is read: as `fileSource` reads each of its files. */
export type OverlayFolderOptions = Omit<FileReadingOptions, 'optional' | 'references'>

/**
 * Overlays in a folder, one file for each tenant, named after it: `tenants/acme.yaml`, in any format that `fileSource`
 * reads. A file that appears, changes or is deleted is an overlay that does; one that can't be read keeps the overlay it
 * had, and so does each while the folder can't be read. A file that has just vanished, been emptied or is being written
 * is waited for, up to `maximumWait`, before that counts. A tenant without a file has the shared configuration.
 *
 * Throws `option_invalid` for options that are not possible.
 *
 * @example
 * const plane = await createPlane({ config, sources, tenants: { overlays: overlayFolder('tenants', { settle: 500 }) } })
 */
export function overlayFolder(path: string, options: OverlayFolderOptions = {}): OverlaySource {
  checkPath(maker, path)
  const timings = checkTimings(maker, options)
  const { watch = true } = options
  const name = sourceName('tenants', options.name ?? path)
  return Object.freeze<OverlaySource>({
    name,
    unlisted: 'shared',
    open({ clock, shape }) {
      const absolutePath = resolve(path)
      // Loaded by the first who reads or watches, as for files.
      const openFolder = async () => {
        const { FolderOverlays } = await import('./folder-overlays.ts')
        return new FolderOverlays({ source: name, folder: path, absolutePath, shape, timings, clock })
      }
      let opened: ReturnType<typeof openFolder> | undefined
      const folder = () => (opened ??= openFolder())
      const reader: OverlayReader = {
        list: async (signal) => (await folder()).list(signal),
        read: async (tenant, signal) => (await folder()).read(tenant, signal),
        async close() {},
      }
      if (!watch) return reader
      return {
        ...reader,
        async watch(wake, signal) {
          const { watchPath } = await import('../watch/watch-path.ts')
          await watchPath(absolutePath, { kind: 'directory', clock, timings, wake: () => wake(), signal })
        },
      }
    },
  })
}

const maker = 'overlayFolder'
