/** Migration: the inventory of image calls in a folder, sorted, with every request rewritten for the gateway. */
export type {
  CallOperation,
  CallSite,
  FoundIn,
  Inventory,
  MigrationStep,
  ModelFinding,
  ParameterFinding,
  RelayFinding,
  RetryFinding,
  RewrittenCall,
  RouteClass,
  RouteFinding,
  SecretFinding,
  SkippedFile,
  Task,
  Verdict,
} from './call-site.ts'
export { migrationSteps, placeText } from './call-site.ts'
export { checklistJson, checklistVersion, totalsOf } from './checklist-json.ts'
export { checklistMarkdown, operationText, routeText, verdictWords } from './checklist-markdown.ts'
export { defaultGatewayUrl, type ScanOptions, scanFolder } from './scan-folder.ts'
export { type ScannedUpload, scanUpload, type UploadedProject } from './scan-upload.ts'
