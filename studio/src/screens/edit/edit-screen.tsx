import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import styles from './edit-screen.module.css'
import { labelNames, type TreePicture } from './history/edit-tree.ts'
import { HistoryPanel } from './history/history-panel.tsx'
import { rootPicture, treeOf, useEditTree } from './history/use-edit-tree.ts'
import { AddPictures, BringFailure } from './inputs/add-pictures.tsx'
import { MOST_PICTURES } from './inputs/desk-picture.ts'
import { PictureList } from './inputs/picture-list.tsx'
import { takeInImage, takeInKept, takeInPlainCopy } from './inputs/take-in-picture.ts'
import { useBring } from './inputs/use-bring.ts'
import { MaskEditor } from './mask/mask-editor.tsx'
import { useMask, useMaskVersion } from './mask/use-mask.ts'
import { ComingPicture } from './result/coming-picture.tsx'
import { ResultPanel } from './result/result-panel.tsx'
import { type FinishedEdit, useEditRun } from './result/use-edit-run.ts'
import { useDesk } from './use-desk.ts'
import { whyNotStrict } from './wishes/edit-request.ts'
import type { Size } from './wishes/edit-sizes.ts'
import { EstimatePanel } from './wishes/estimate-panel.tsx'
import { useModels } from './wishes/use-models.ts'
import { WishesPanel } from './wishes/wishes-panel.tsx'

const route = getRouteApi('/shell/edit')

/** Changes one region of a picture and nothing else. */
export function EditScreen() {
  const { t } = useTranslation('edit')
  const { image, prompt = '' } = route.useSearch()
  const desk = useDesk(prompt)
  const known = useModels()
  const models = known.data ?? []
  const tree = useEditTree(desk.treeId)
  const [shown, setShown] = useState<'mask' | 'result'>('mask')
  const [finished, setFinished] = useState<FinishedEdit | null>(null)
  const [first] = desk.pictures
  const mask = useMask(first ?? null)
  useMaskVersion(mask)
  const hasMask = mask !== null && mask.openShare > 0
  const sizes = models.find(({ id }) => id === desk.wishes.model)?.capabilities.sizes ?? null
  const labels = useMemo(() => labelsOf(desk.treeId, first?.fileId), [desk.treeId, first?.fileId])
  const asked = { pictures: desk.pictures, wishes: desk.wishes, sizes, labels }
  const bring = useBring(MOST_PICTURES - desk.pictures.length, desk.add)
  const goOn = useGoOn(desk, image, () => setShown('mask'))
  const plain = (size: Size | null) =>
    bring.one(
      () => takeInPlainCopy(first!, size),
      (copy) => desk.edit(copy, null),
    )
  const { run, preview } = useEditRun((edit) => {
    setFinished(edit)
    tree.grow(picturesOf(edit))
  })
  const promptField = useRef<HTMLTextAreaElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const [isUnsaid, setUnsaid] = useState(false)
  const start = () => {
    setUnsaid(desk.wishes.prompt.trim() === '')
    if (desk.wishes.prompt.trim() === '') return promptField.current?.focus()
    setShown('result')
    // On a phone the picture is above what was just pressed.
    stage.current?.scrollIntoView({ block: 'nearest' })
    setFinished(null)
    const isStrict = hasMask && desk.wishes.isStrict && whyNotStrict(asked) === null
    run.mutate({ desk: { ...asked, labels: { ...labels, [labelNames.strict]: isStrict ? 'yes' : 'no' } }, mask })
  }
  return (
    <Page title={t('title')} lead={t('lead')}>
      {goOn.error !== null && <ErrorPanel error={goOn.error} />}
      <BringFailure bring={bring} />
      {known.isError && <ErrorPanel error={known.error} onRetry={() => void known.refetch()} />}
      {first === undefined || mask === null ? (
        <AddPictures bring={{ ...bring, image: (id) => goOn.mutate({ id, tree: null }), isBusy: bring.isBusy || goOn.isPending }} isFirst />
      ) : (
        <div className={styles['desk']}>
          <div ref={stage} className={styles['stage']}>
            <Tabs
              label={t('views')}
              chosen={shown}
              onChoose={setShown}
              tabs={[
                {
                  id: 'mask',
                  label: t('view_mask'),
                  content: () => (
                    <MaskEditor
                      key={first.key}
                      picture={first}
                      mask={mask}
                      featherPx={desk.wishes.featherPx}
                      onFeather={(featherPx) => desk.wish({ featherPx })}
                      protect={desk.wishes.protect}
                      onProtect={(box) => desk.wish({ protect: [...desk.wishes.protect, box] })}
                    />
                  ),
                },
                {
                  id: 'result',
                  label: t('view_result'),
                  content: () => {
                    if (run.isPending) return <ComingPicture preview={preview} beneath={first} />
                    if (run.isError) return <ErrorPanel error={run.error} />
                    if (finished === null) return <p className={styles['hint']}>{t('result.not_yet')}</p>
                    return <ResultPanel edit={finished} isBusy={goOn.isPending} onGoOn={(id) => goOn.mutate({ id, tree: desk.treeId })} />
                  },
                },
              ]}
            />
          </div>
          <div className={styles['side']}>
            <WishesPanel
              desk={asked}
              promptField={promptField}
              isUnsaid={isUnsaid && desk.wishes.prompt.trim() === ''}
              models={models}
              hasMask={hasMask}
              onPlain={plain}
              onWish={desk.wish}
            />
            <div className={styles['do']}>
              <EstimatePanel desk={asked} hasMask={hasMask} onPlain={() => plain(null)} />
              {!hasMask && <p className={styles['hint']}>{t('no_mask')}</p>}
              <Button tone="primary" busy={run.isPending} disabled={sizes === null} onClick={start}>
                {t('start')}
              </Button>
            </div>
            <PictureList pictures={desk.pictures} onMove={desk.move} onRemove={desk.remove} onRights={desk.setRights} />
            {desk.pictures.length < MOST_PICTURES && (
              <details>
                <summary className={styles['summary']}>{t('inputs.add_reference')}</summary>
                <AddPictures bring={bring} isFirst={false} />
              </details>
            )}
          </div>
        </div>
      )}
      <HistoryPanel
        pictures={tree.pictures}
        current={first?.fileId ?? null}
        isBusy={goOn.isPending}
        onGoOn={({ id }) => goOn.mutate({ id, tree: desk.treeId })}
      />
    </Page>
  )
}

/** Puts a picture on the desk to be edited next; the one in the address at once. */
function useGoOn(desk: ReturnType<typeof useDesk>, image: string | undefined, onDesk: () => void) {
  const navigate = route.useNavigate()
  const begun = useRef<string | null>(null)
  const goOn = useMutation({
    mutationFn: async ({ id, tree }: { id: string; tree: string | null }) => {
      if (id.startsWith('file_')) return { picture: await takeInKept(id, id), tree }
      const [picture, found] = await Promise.all([takeInImage(id), tree ?? treeOf(id)])
      return { picture, tree: found }
    },
    onSuccess: ({ picture, tree }) => {
      desk.edit(picture, tree)
      onDesk()
      // Whoever reloads the page, or gives its address to somebody, finds this picture and its history again.
      const { fileId } = picture
      begun.current = fileId
      void navigate({ search: fileId.startsWith('img_') ? { image: fileId } : {}, replace: true, resetScroll: false })
    },
  })
  const { mutate } = goOn
  useEffect(() => {
    if (image === undefined || begun.current === image) return
    begun.current = image
    mutate({ id: image, tree: null })
  }, [image, mutate])
  return goOn
}

function labelsOf(treeId: string | null, parentId: string | undefined): Record<string, string> {
  return treeId === null || parentId === undefined ? {} : { [labelNames.tree]: treeId, [labelNames.parent]: parentId }
}

/** What an edit adds to the history. */
function picturesOf({ before, prompt, isStrict, record }: FinishedEdit): TreePicture[] {
  const made = record.images.map(({ id, width, height }) => ({
    id,
    parentId: before.fileId,
    generationId: record.id,
    at: record.created_at,
    prompt,
    isStrict,
    width,
    height,
  }))
  return [rootPicture(before.fileId), ...made]
}
