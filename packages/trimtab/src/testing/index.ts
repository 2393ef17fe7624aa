export { createManualClock, type ManualClock } from './manual-clock.ts'
export {
  type Behaviour,
  createRecording,
  type RecordedCall,
  type RecordedHook,
  type RecordedResource,
  type Recording,
  type RecordingModuleOptions,
} from './recording-module.ts'
export { type ScriptedSource, type ScriptedSourceOptions, scriptedSource } from './scripted-source.ts'
export { createTestPlane, type TestPlane, type TestPlaneOptions } from './test-plane.ts'
