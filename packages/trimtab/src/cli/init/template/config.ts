export const configFile = `# Saved changes apply at once, unless a field is not dynamic: then they wait for a restart.
http:
  port: 8080
  greeting: Hello
`

/** The same in both languages: every type is inferred. */
export const schemaFile = `import { defineConfig, duration, dynamic, envSource, fileSource } from 'trimtab'
import { z } from 'zod'

/** Everything that can be configured. What is not dynamic changes at a restart only. */
export const config = defineConfig(
  z.object({
    http: z.object({
      host: z.string().default('127.0.0.1').describe('The address to listen on: 0.0.0.0 in a container'),
      port: z.int().min(0).max(65_535).default(8080).describe('The port to listen on: 0 takes a free one'),
      greeting: dynamic(z.string().min(1).default('Hello')).describe('What every request is answered with'),
      delay: dynamic(duration({ max: '10s' }).default('0ms')).describe('How long every answer takes'),
    }),
  }),
)

/** Where the values come from, the last wins: APP_HTTP__PORT=9090 stands above the file. */
export const sources = [fileSource('config.yaml'), envSource({ prefix: 'APP_' })]
`
