import { tlsCertificateModule } from 'trimtab/parts'
import { config } from '../config.ts'

export const tls = tlsCertificateModule({ config: config.section('tls') })
