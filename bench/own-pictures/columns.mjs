/** What is shown of a judgement: the line, and its head. */
export const COLUMNS = { few_10: '10 labels a class', linear: 'linear', knn_20: '20-NN' }
export const BASELINES = {
  pixels: 'raw pixels',
  whitened: 'whitened pixels',
  untrained: 'untrained',
  closed: 'closed form',
}
