/** A process that trains networks of studies for `selfsame study`; its words are the files of the user's own studies. */
import { serve } from '../lab/index.js'
import { studiesWith } from './study-files.js'

serve(await studiesWith(process.argv.slice(2)))
