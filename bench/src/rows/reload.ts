import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPlane, fileSource } from 'trimtab'
import { parse } from 'yaml'
import { z } from 'zod'
import { compared } from '../measure/compare.ts'
import { interleave, once } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../subjects/folder.ts'
import { idleModules, serviceConfig, serviceFile, serviceSchema } from '../subjects/service.ts'

const plain = z.object({ services: serviceSchema })

/** A file of 2,000 fields is read again with one change, from the file to the commit. */
export async function measure(): Promise<Measured> {
  const times = await inFolder(async (folder) => {
    const path = join(folder, 'service.yaml')
    await writeFile(path, serviceFile(0))
    const plane = await createPlane({
      config: serviceConfig,
      sources: [fileSource(path, { watch: false })],
      modules: idleModules(),
      logger: false,
    })
    let revision = 0
    const nextText = () => {
      revision += 1
      return serviceFile(revision)
    }
    const measured = await interleave(
      {
        own: once(
          async () => writeFile(path, nextText()),
          async () => {
            const { status } = await plane.reload()
            if (status !== 'full_success') throw new Error(`The reload ended as ${status}.`)
          },
        ),
        parts: once(nextText, (text) => plain.parse(parse(text))),
      },
      { rounds: 81, warmUp: 20 },
    )
    await plane.close()
    return measured
  })
  return [
    compared({
      name: 'a whole reload, YAML of 2,000 fields, one changed',
      unit: 'ms',
      times: times.own,
      peer: 'yaml.parse + zod parse',
      peerTimes: times.parts,
      limit: { atMost: 1.3 },
    }),
  ]
}
