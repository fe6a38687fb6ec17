export { createDarkroomProvider, type DarkroomProvider } from './create-darkroom-provider.ts'
export type { DarkroomImageModel } from './darkroom-image-model.ts'
export type { DarkroomImageOptions } from './darkroom-image-options.ts'
