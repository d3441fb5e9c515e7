/** A method of one's own: views alike, vectors spread over the sphere (Wang & Isola 2020, arXiv 2005.10242). */
import { defineLoss, defineMethod, METHODS } from 'selfsame'

const uniformity = defineLoss({
  name: 'alignment and uniformity',
  options: { sharpness: 2 },
  compute: ({ views: [a, b], similarity, options: { sharpness } }) => {
    const nearness = similarity.matrix(a.vector, b.vector).mul(2 * sharpness)
    return nearness.logsumexp([0, 1]).sub(similarity.rows(a.vector, b.vector).mean().mul(2))
  },
})

export default { method: defineMethod({ ...METHODS.simclr, name: 'align-uniform', loss: uniformity }) }
