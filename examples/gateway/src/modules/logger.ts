import { loggerModule } from 'trimtab/parts'
import { config } from '../config.ts'

export const logger = loggerModule({ config: config.section('log') })
