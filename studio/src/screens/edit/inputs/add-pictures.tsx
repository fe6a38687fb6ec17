import { useQuery } from '@tanstack/react-query'
import { type DragEvent, type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../../api/darkroom.ts'
import { Button } from '../../../ui/button.tsx'
import { classes } from '../../../ui/classes.ts'
import { ErrorPanel } from '../../../ui/error-panel.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Picture } from '../../../ui/picture.tsx'
import styles from './inputs.module.css'
import { NoPicture, takeInAddress } from './take-in-picture.ts'
import type { Bring } from './use-bring.ts'

/** Pictures of the gateway that are offered. */
const RECENT = 8

/** Ways in for pictures: a file dropped, pasted or chosen, an address, a picture that was made here. */
export function AddPictures({ bring, isFirst }: { bring: Bring; isFirst: boolean }) {
  const { t } = useTranslation('edit')
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const take = bring.files
  usePaste(take)
  const drag = {
    onDragOver(event: DragEvent) {
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop(event: DragEvent) {
      event.preventDefault()
      setOver(false)
      take([...event.dataTransfer.files])
    },
  }
  return (
    <section className={styles['add']} aria-label={t(isFirst ? 'inputs.first' : 'inputs.more')}>
      <div className={classes(styles['drop'], isOver && styles['over'])} {...drag}>
        <p className={styles['lead']}>{t(isFirst ? 'inputs.drop_first' : 'inputs.drop_more')}</p>
        <Button tone={isFirst ? 'primary' : 'plain'} busy={bring.isBusy} onClick={() => input.current?.click()}>
          {t('inputs.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          multiple
          hidden
          aria-label={t('inputs.choose')}
          onChange={(event) => {
            const files = [...(event.target.files ?? [])]
            event.target.value = ''
            take(files)
          }}
        />
        <AddressField onAddress={(address) => bring.one(() => takeInAddress(address))} isBusy={bring.isBusy} />
      </div>
      <RecentPictures onChoose={bring.image} />
    </section>
  )
}

/** Why a picture could not be brought. */
export function BringFailure({ bring: { error } }: { bring: Bring }) {
  const { t } = useTranslation('edit')
  if (error === null) return null
  if (!(error instanceof NoPicture)) return <ErrorPanel error={error} />
  return (
    <p role="alert" className={styles['bad']}>
      {t('inputs.no_picture')}
    </p>
  )
}

function AddressField({ onAddress, isBusy }: { onAddress: (address: string) => void; isBusy: boolean }) {
  const { t } = useTranslation('edit')
  const [address, setAddress] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (address.trim() !== '') onAddress(address.trim())
    setAddress('')
  }
  return (
    <form className={styles['address']} onSubmit={submit}>
      <TextField
        label={t('inputs.address')}
        hint={t('inputs.address_hint')}
        inputMode="url"
        placeholder="https://…"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
      <Button type="submit" disabled={address.trim() === ''} busy={isBusy}>
        {t('inputs.fetch')}
      </Button>
    </form>
  )
}

/** The newest pictures of the gateway. */
function RecentPictures({ onChoose }: { onChoose: (id: string) => void }) {
  const { t } = useTranslation('edit')
  const recent = useQuery({
    queryKey: ['images', 'recent', RECENT],
    queryFn: ({ signal }) => darkroom.images.search({ limit: RECENT }, { signal }),
  })
  const images = recent.data?.images ?? []
  if (images.length === 0) return null
  return (
    <section className={styles['recent']} aria-label={t('inputs.recent')}>
      <h2>{t('inputs.recent')}</h2>
      <ul>
        {images.map(({ id, width, height }) => (
          <li key={id}>
            <button type="button" onClick={() => onChoose(id)}>
              <Picture
                src={`/v2/images/${id}/thumbnail?width=320`}
                alt={t('inputs.take', { width: width ?? '?', height: height ?? '?' })}
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A picture out of the clipboard, wherever on the screen it is pasted; text that is pasted into a field stays text. */
function usePaste(onFiles: (files: File[]) => void): void {
  const latest = useRef(onFiles)
  useEffect(() => {
    latest.current = onFiles
  })
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      if (files.length === 0) return
      event.preventDefault()
      latest.current(files)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [])
}
