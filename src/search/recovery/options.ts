/** Trainings at most, where nobody has said how many. */
export const usualTrainings = 4;

/** Of what sensitivities predict, quantisation-aware training leaves about so much (docs/search.md); without training all of it is there. */
export const expectedShare = { qat: 0.05, "post-training": 1 } as const;

/** Nodes of the search for each choice that is trained: some ten seconds. Those that only the report shows have a tenth of them. */
export const usualSearchEffort = 800;
