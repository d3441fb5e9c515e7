/** The teacher's temperature over a run: a linear rise, since a warm teacher is unstable early (DINO, arXiv 2104.14294). */
export type TeacherTemperature = {
  teacherTemperature: number
  /** Where it starts. */
  teacherTemperatureAtFirst: number
  /** Epochs until it is at `teacherTemperature`. */
  teacherWarmup: number
}

/** @param epoch epochs finished, with a fraction */
export function teacherTemperatureAt(options: TeacherTemperature, epoch: number): number {
  const { teacherTemperature: last, teacherTemperatureAtFirst: first, teacherWarmup } = options
  return epoch >= teacherWarmup ? last : first + ((last - first) * epoch) / teacherWarmup
}
