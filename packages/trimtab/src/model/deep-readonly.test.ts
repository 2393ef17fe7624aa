import { expectTypeOf, it } from 'vitest'
import type { DeepReadonly } from './deep-readonly.ts'
import type { Path } from './path.ts'
import type { Secret } from './secrecy/secret.ts'

it('makes every object and list read-only, and nothing else', () => {
  expectTypeOf<DeepReadonly<{ a: { b: number[] }; c?: string }>>().toEqualTypeOf<{
    readonly a: { readonly b: readonly number[] }
    readonly c?: string
  }>()
  expectTypeOf<DeepReadonly<Record<string, { url: string }>>>().toEqualTypeOf<
    Readonly<Record<string, { readonly url: string }>>
  >()
  expectTypeOf<DeepReadonly<[string, { a: 1 }]>>().toEqualTypeOf<readonly [string, { readonly a: 1 }]>()
  expectTypeOf<DeepReadonly<{ a: 1 } | null | 'x'>>().toEqualTypeOf<{ readonly a: 1 } | null | 'x'>()
})

it('leaves secrets, functions, brands and the unknown as they are', () => {
  expectTypeOf<DeepReadonly<Secret>>().toEqualTypeOf<Secret>()
  expectTypeOf<DeepReadonly<{ url: Secret<{ user: string }> }>>().toEqualTypeOf<{
    readonly url: Secret<{ user: string }>
  }>()
  expectTypeOf<DeepReadonly<(text: string) => number>>().toEqualTypeOf<(text: string) => number>()
  expectTypeOf<DeepReadonly<Path>>().toEqualTypeOf<Path>()
  expectTypeOf<DeepReadonly<unknown>>().toEqualTypeOf<unknown>()
})
