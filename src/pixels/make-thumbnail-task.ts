import { openPicture } from './sharp.ts'

/** What goes into a thumbnail. */
export interface ThumbnailOrder {
  path: string
  outPath: string
  /** Pixels of the longer edge; a smaller picture keeps its own. */
  edge: number
}

/** In a child: writes the picture as people see it, as WebP without metadata. */
export async function run({ path, outPath, edge }: ThumbnailOrder): Promise<{ bytes: number }> {
  const { size } = await openPicture(path)
    .autoOrient()
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toFile(outPath)
  return { bytes: size }
}
