import { NoSuchModelError, type ProviderV3 } from '@ai-sdk/provider'
import { createDarkroom, type DarkroomOptions } from '../src/index.ts'
import { type DarkroomImageModel, darkroomImageModel } from './darkroom-image-model.ts'

/** Image models of a Darkroom gateway for the AI SDK. */
export interface DarkroomProvider extends ProviderV3 {
  /** `darkroom.image('gpt-image-2')` */
  image(modelId: string): DarkroomImageModel
  imageModel(modelId: string): DarkroomImageModel
}

/** A provider for `generateImage({ model: darkroom.image('gpt-image-2'), … })`; takes what `createDarkroom` takes. */
export function createDarkroomProvider(options: DarkroomOptions): DarkroomProvider {
  const client = createDarkroom(options)
  const image = (modelId: string) => darkroomImageModel(modelId, client)
  const none = (modelType: 'languageModel' | 'embeddingModel') => (modelId: string) => {
    throw new NoSuchModelError({ modelId, modelType })
  }
  return {
    specificationVersion: 'v3',
    image,
    imageModel: image,
    languageModel: none('languageModel'),
    embeddingModel: none('embeddingModel'),
  }
}
