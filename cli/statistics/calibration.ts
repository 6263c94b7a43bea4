/** Predictions of about the same confidence. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

/** Whether confidences can be taken for probabilities. */
export interface Calibration {
  /** Only those that have rows. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: the mean difference of confidence and accuracy, weighted by rows. */
  readonly expectedError: number;
}

/** Gathers the calibration of predictions in constant memory. */
export interface CalibrationTally {
  add(confidence: number, isCorrect: boolean): void;
  total(): Calibration | undefined;
}

const BINS = 10;

/**
 * Begins with no prediction. Bin `i` of ten holds confidences above `i / 10` and at most `(i + 1) / 10`.
 *
 * @see Guo et al., "On calibration of modern neural networks" (2017), section 2
 */
export function createCalibrationTally(): CalibrationTally {
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, correct: 0 }));
  return {
    add(confidence, isCorrect) {
      const bin = bins[Math.min(Math.max(Math.ceil(confidence * BINS) - 1, 0), BINS - 1)];
      if (bin === undefined) return;
      bin.rows++;
      bin.confidence += confidence;
      if (isCorrect) bin.correct++;
    },
    total() {
      const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
      if (rows === 0) return undefined;
      const gaps = bins.reduce((sum, { confidence, correct }) => sum + Math.abs(confidence - correct), 0);
      const described = bins.map((bin, index) => ({
        from: index / BINS,
        to: (index + 1) / BINS,
        rows: bin.rows,
        meanConfidence: bin.confidence / bin.rows,
        accuracy: bin.correct / bin.rows,
      }));
      return { bins: described.filter((bin) => bin.rows > 0), expectedError: gaps / rows };
    },
  };
}
