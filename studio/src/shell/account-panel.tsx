import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../api/darkroom.ts'
import { sessionQuery, useSession } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { useToast } from '../ui/toast.tsx'
import { PreferenceFields } from './preference-fields.tsx'
import styles from './shell.module.css'

/** Who is signed in, how the studio looks and speaks, and the way out. */
export function AccountPanel() {
  const { t } = useTranslation()
  const session = useSession()
  const say = useToast()
  const router = useRouter()
  const queryClient = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => darkroom.session.signOut(),
    onSuccess: async () => {
      // What was shown to one person must not flash up for the next.
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, { session: null, sign_in: 'allowed' })
      await router.navigate({ to: '/sign-in' })
    },
    onError: () => say(t('account.not_signed_out'), 'bad'),
  })
  return (
    <div className={styles['accountPanel']}>
      <p className={styles['who']}>
        {session.role === 'admin' ? t('account.admin') : t('account.key')}
        <span className={styles['project']}>{t('account.project', { name: session.project.name })}</span>
      </p>
      <PreferenceFields />
      <Button size="small" busy={signOut.isPending} onClick={() => signOut.mutate()}>
        {t('account.sign_out')}
      </Button>
    </div>
  )
}
