import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import { classes } from './classes.ts'
import { CrossIcon } from './icons.tsx'
import styles from './toast.module.css'

interface Toast {
  id: number
  text: string
  tone: 'good' | 'bad' | 'plain'
}

type Say = (text: string, tone?: Toast['tone']) => void

const SHOWN_MS = 8000
const Toasts = createContext<Say>(() => undefined)

/** Says something in passing: it is shown for a while and read by screen readers. What must not be missed belongs on the screen itself. */
export function useToast(): Say {
  return useContext(Toasts)
}

/** Where what is said in passing is shown. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation('ui')
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const count = useRef(0)
  const drop = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), [])
  const say = useMemo<Say>(
    () =>
      (text, tone = 'plain') => {
        const id = ++count.current
        setToasts((shown) => [...shown.slice(-2), { id, text, tone }])
        setTimeout(() => drop(id), SHOWN_MS)
      },
    [drop],
  )
  return (
    <Toasts value={say}>
      {children}
      {/* There from the start: what is put into a live region that appears with it is not read. */}
      <div className={styles['place']} role="status" aria-live="polite">
        {toasts.map(({ id, text, tone }) => (
          <div key={id} className={classes(styles['toast'], styles[tone])}>
            <span>{text}</span>
            <Button tone="quiet" size="small" aria-label={t('dismiss')} onClick={() => drop(id)}>
              <CrossIcon />
            </Button>
          </div>
        ))}
      </div>
    </Toasts>
  )
}
