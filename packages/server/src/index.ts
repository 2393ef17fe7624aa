export { type EmbeddedStoreOptions, embeddedStore } from './embedded/embedded-store.ts'
