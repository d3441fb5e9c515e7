/** A method of one's own: views alike, vectors spread over the sphere (Wang & Isola 2020, arXiv 2005.10242). */
import { findMethod, type loss } from 'selfsame'
import type { Tensor } from 'selfsame/torch'

const uniformity: loss.Loss = {
  name: 'alignment and uniformity',
  options: { sharpness: 2 },
  pairs: 'all',
  build: ({ sharpness }) => ({
    compute: ({ online }, { similarity }) => {
      const [a, b] = [...online.values()].map(({ vector }) => vector) as [Tensor, Tensor]
      const nearness = similarity.matrix(a, b).mul(2 * Number(sharpness))
      return nearness.logsumexp([0, 1]).sub(similarity.rows(a, b).mean().mul(2))
    },
  }),
}

export default { method: { ...findMethod('simclr'), name: 'align-uniform', loss: uniformity } }
