/** A study of one's own: a new method beside BYOL. `selfsame study examples/my-study.ts --data cifar10` */
import { above, type Study } from 'selfsame'
import own from './align-uniform.js'

export default {
  name: 'mine',
  title: 'does it beat BYOL?',
  question: 'Views alike and vectors spread over the sphere, against BYOL.',
  base: {
    data: 'fashion-mnist',
    method: 'byol',
    change: {},
    paper: { preset: 'imagenet', data: 'imagenet', change: {} },
  },
  rows: [{ name: 'BYOL' }, { name: 'mine', method: own.method }],
  published: [],
  claims: [{ says: 'Mine is above BYOL', ...above('mine', 'BYOL') }],
} satisfies Study
