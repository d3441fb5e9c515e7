/** An encoder put to work, with no libtorch: models, indices, search. */

export {
  type DuplicateGroup,
  type DuplicateLevel,
  type DuplicateMember,
  type Duplicates,
  type DuplicatesOptions,
  findDuplicates,
} from './alike/duplicates.js'
export { type Trashed, type TrashOptions, trashCopies } from './alike/trash.js'
export { type Undone, undo } from './alike/undo.js'
export { type EmbeddedFile, embedToFile, type FileOptions } from './embed/embed-to-file.js'
export { type Cluster, type Clustering, type ClusterOptions, clusterIndex } from './groups/cluster.js'
export { type GivenLabels, readLabels } from './label/given.js'
export { type Labelled, type LabelOptions, labelIndex, matched } from './label/label-index.js'
export { type NextOptions, nextToLabel } from './label/next.js'
export type { Model } from './model/model.js'
export { type ModelOptions, openModel, openModel as loadEncoder } from './model/open-model.js'
export type { Preprocessing } from './model/preprocessing.js'
export { resample } from './model/resample.js'
export type { LabelError } from './outliers/label-errors.js'
export { findOutliers, type Outlier, type OutlierOptions, type Outliers } from './outliers/outliers.js'
export { type Hit, type Similar, type SimilarOptions, similarPictures } from './search/similar.js'
export type { IndexRecord, Row } from './store/format.js'
export type { Neighbours, PictureIndex } from './store/index-reader.js'
export { type IndexOptions, openIndex } from './store/open-index.js'
export { type Updated, type UpdateOptions, updateIndex } from './store/update-index.js'
