/** The manifests of the guide about Kubernetes, held against what the library does and against each other. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { probesByPath } from '../../packages/trimtab/src/health/probes/probe-paths.ts'
import { defaultTimeouts } from '../../packages/trimtab/src/modules/define-module.ts'
import { runDefaults } from '../../packages/trimtab/src/plane/run.ts'
import { reloadDefaults } from '../../packages/trimtab/src/plane/options.ts'
import { readGuide } from './read-guide.ts'

const page = 'docs/guide/health-and-probes.md'
const steps = readGuide(page, readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8'))
const written = new Map(steps.flatMap((step) => (step.kind === 'write' ? [[step.file, step.text] as const] : [])))
const textOf = (file: string): string => {
  const text = written.get(file)
  if (text === undefined) throw new Error(`${page} has no ${file}`)
  return text
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
  readonly periodSeconds: number
  readonly failureThreshold: number
  readonly timeoutSeconds?: number
}
interface Container {
  readonly command: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[]
}
interface Labels {
  readonly [name: string]: string
}
interface Workload {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels }
    readonly serviceName?: string
    readonly template: {
      readonly metadata: { readonly labels: Labels }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly securityContext: { readonly fsGroup?: number; readonly fsGroupChangePolicy?: string }
        readonly containers: readonly [Container]
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
      }
    }
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
  }
}

// What stands on the page is what these types say; where it does not, the tests below fail on it.
const deployment = parse(textOf('k8s/deployment.yaml')) as Workload
const statefulSet = parse(textOf('k8s-with-volumes/statefulset.yaml')) as Workload
const service = parse(textOf('k8s/service.yaml')) as {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly selector: Labels; readonly ports: readonly [{ readonly targetPort: string }] }
}
const configMap = parse(textOf('k8s/configmap.yaml')) as {
  readonly metadata: { readonly name: string }
  readonly data: Readonly<Record<string, string>>
}
const pod = deployment.spec.template.spec
const [container] = pod.containers
/** Sections and the names in each. */
const namesIn = (text: string) =>
  Object.entries(parse(text)).map(([name, section]) => [name, Object.keys(Object(section))])
const seconds = (probe: Probe) => probe.periodSeconds * probe.failureThreshold

test.each([...written.keys()].filter((file) => file.startsWith('k8s')))('%s is YAML without a fault', (file) => {
  const { errors, warnings } = parseDocument(textOf(file), { strict: true, uniqueKeys: true })
  expect([...errors, ...warnings]).toEqual([])
})

test('probes ask where the library answers, and what they are for', () => {
  const probes = probesByPath()
  const { startupProbe, readinessProbe, livenessProbe } = container
  const asked = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => probes.get(httpGet.path))
  expect(asked).toEqual(['startupz', 'readyz', 'livez'])
  for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) expect(httpGet.port).toBe('probes')
})

test('ports are those of the schema, and the service leads to one of them', () => {
  for (const { name, containerPort } of container.ports)
    expect(textOf('src/config.ts')).toContain(`${name}: z.object({ port: z.int().default(${containerPort}) })`)
  expect(container.ports.map(({ name }) => name)).toContain(service.spec.ports[0].targetPort)
})

describe('the numbers fit the defaults of the library', () => {
  const { shutdownTimeout, grace } = runDefaults
  const stop = container.lifecycle.preStop.sleep.seconds + shutdownTimeout / 1_000

  test.each([deployment, statefulSet])('a pod is killed only when it is overdue', (workload) => {
    expect(workload.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(stop)
  })

  test('the grace is long enough for the readiness probe to see it', () => {
    expect(seconds(container.readinessProbe)).toBeLessThan(grace / 1_000)
  })

  test('a boot has the time it may take', () => {
    const boot = (reloadDefaults.bootTimeout + defaultTimeouts.startTimeout) / 1_000
    expect(seconds(container.startupProbe)).toBeGreaterThan(boot)
  })

  test('the page says the same numbers', () => {
    const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8')
    const rows: readonly (readonly [string, number])[] = [
      ['`terminationGracePeriodSeconds`', pod.terminationGracePeriodSeconds],
      ['`preStop.sleep`', container.lifecycle.preStop.sleep.seconds],
      ['`grace` of `plane.run()`', grace / 1_000],
      ['readiness: `periodSeconds` × `failureThreshold`', seconds(container.readinessProbe)],
      ['startup: `periodSeconds` × `failureThreshold`', seconds(container.startupProbe)],
      ['liveness: `periodSeconds` × `failureThreshold`', seconds(container.livenessProbe)],
    ]
    for (const [name, value] of rows) expect(text).toContain(`| ${name} | ${value} s`)
  })
})

describe.each([deployment, statefulSet])('$kind', ({ spec }) => {
  const { containers, volumes, securityContext } = spec.template.spec
  const [{ env, volumeMounts }] = containers
  const valueOf = (name: string) => env.find((each) => each.name === name)?.value

  test('selects its own pods, and so does the service', () => {
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
    expect(spec.template.metadata.labels).toMatchObject(service.spec.selector)
    if (spec.serviceName !== undefined) expect(spec.serviceName).toBe(service.metadata.name)
  })

  test('sets the variables that the library and the service read, and no others', () => {
    expect(env.map(({ name }) => name)).toEqual(['CONFIG_DIR', 'TRIMTAB_STATE_DIR'])
    expect(textOf('src/main.ts')).toContain("process.env['CONFIG_DIR']")
  })

  test('mounts the whole configuration where the service reads it', () => {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === valueOf('CONFIG_DIR'))
    expect(mount).toBeDefined()
    expect(mount).not.toHaveProperty('subPath')
    expect(volumes.find(({ name }) => name === mount?.name)?.configMap?.name).toBe(configMap.metadata.name)
  })

  test('keeps state inside of a volume that can be written to, and not at its root', () => {
    const mount = volumeMounts.find(({ name }) => name === 'state')
    expect(posix.dirname(valueOf('TRIMTAB_STATE_DIR') ?? '')).toBe(mount?.mountPath)
    // Folders that the group may write to are refused.
    if (securityContext.fsGroup !== undefined) expect(securityContext.fsGroupChangePolicy).toBe('OnRootMismatch')
  })

  test('mounts only what there is', () => {
    const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name)
    const known = new Set([...volumes.map(({ name }) => name), ...claims])
    for (const { name } of volumeMounts) expect(known).toContain(name)
  })
})

test('the ConfigMap holds the file that the page begins with, as far as its names go', () => {
  expect(Object.keys(configMap.data)).toEqual(['config.yaml'])
  expect(namesIn(configMap.data['config.yaml'] ?? '')).toEqual(namesIn(textOf('config/config.yaml')))
})
