export type { ContractCase } from './contracts/contract-case.ts'
export { type SourceContractOptions, sourceContract } from './contracts/source-contract.ts'
export type { SourceHarness, SourceUnderTest } from './contracts/source-harness.ts'
export { type StoreContractOptions, storeContract } from './contracts/store-contract.ts'
export type { StoreUnderTest } from './contracts/store-harness.ts'
export { createManualClock, type ManualClock, type ManualClockOptions } from './manual-clock.ts'
export {
  createRecording,
  type RecordedCall,
  type RecordedResource,
  type Recording,
  type RecordingModule,
  recordingModule,
  type RecordingModuleOptions,
} from './recording-module.ts'
export type { Behaviour, HookScript, RecordedHook, RecordingScript, ScriptStep } from './recording-script.ts'
export { type ScriptedOverlays, type ScriptedOverlaysOptions, scriptedOverlays } from './scripted-overlays.ts'
export { type ScriptedSource, type ScriptedSourceOptions, scriptedSource } from './scripted-source.ts'
export { createTestPlane, type TestPlane, type TestPlaneOptions } from './test-plane.ts'
export type { VerifyFinding } from './verify/findings.ts'
export { verifyDefaults, type VerifyLimits, type VerifyModuleOptions } from './verify/options.ts'
export {
  type VerifiedHook,
  type VerifyRule,
  type VerifyRuleId,
  verifyRules,
  type VerifySeverity,
} from './verify/rules.ts'
export { verifyModule } from './verify/verify-module.ts'
export { verifyHealthCheck, type VerifyHealthCheckOptions } from './verify/verify-health-check.ts'
