export { Admission, type AdmissionAsk, type AdmissionLoad, type Admitted } from './admission.ts'
export { type AdmissionLimits, defaultAdmissionLimits } from './admission-limits.ts'
export type { AdmissionKind } from './project-load.ts'
export { WrongKeys } from './wrong-keys.ts'
