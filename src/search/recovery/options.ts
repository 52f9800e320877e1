/** Trainings at most, where nobody has said how many. */
export const usualTrainings = 4;
