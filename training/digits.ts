import { readFileSync } from 'node:fs';
import type { ImageSpec } from '../shared/core/image-spec';
import type { Network, NetworkSizes } from './cnn-network';
import { encodeNetwork, NETWORK_TENSORS } from './cnn-onnx';
import { classify, trainNetwork } from './cnn-training';
import split from './data/digits-split.json';
import { varyDigit } from './digit-variation';
import { buildImageManifest } from './image-manifest';
import { type LabelledRows, parseLabelledRows, selectRows } from './labelled-rows';
import { sha256 } from './manifest';
import { accuracy, logLoss } from './metrics';
import { projectPath } from './project-path';
import type { TrainedVersion } from './version';

/**
 * Rows of 64 pixels from 0 (ground) to 16 (ink), 8 by 8, and the digit: scikit-learn's `load_digits()`, which is the
 * test set of https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits (CC BY 4.0).
 */
const DATA = 'training/data/digits.csv';

/** The value of a pixel that is all ink. */
const INK = 16;

const CLASSES = Array.from('0123456789');

const SIZES: NetworkSizes = {
  side: 8,
  channels: [16, 32],
  hidden: 64,
  classes: CLASSES.length,
  dropout: 0.2,
};

const HYPERPARAMETERS = { epochs: 40, batch: 16, learning_rate: 0.003, weight_decay: 0.01 };

/** The data is light on dark, as it was scanned; what people draw and photograph is dark on light. */
const IMAGE: ImageSpec = {
  input: NETWORK_TENSORS.input,
  resize: { width: SIZES.side, height: SIZES.side },
  interpolation: 'bilinear',
  channels: 'grey',
  background: [255],
  invert: true,
  scale: 1 / 255,
  layout: 'nchw',
  softmax: false,
};

/** The rows of `digits.csv`, pixels from 0 to 1, as they are divided into those to learn from and those to test on. */
export interface DigitRows {
  readonly train: LabelledRows;
  readonly test: LabelledRows;
}

/** Reads the data. */
export function readDigits(): DigitRows {
  const { rows, labels } = parseLabelledRows(readFileSync(projectPath(DATA), 'utf8'), CLASSES);
  const data = { labels, rows: rows.map((row) => row.map((value) => value / INK)) };
  const isTest = new Set(split.test_rows);
  const others = labels.map((_, row) => row).filter((row) => !isTest.has(row));
  return { train: selectRows(data, others), test: selectRows(data, split.test_rows) };
}

/** Trains the classifier of handwritten digits. Every run gives the same version, byte for byte. */
export function trainDigits(): TrainedVersion {
  const { train, test } = readDigits();
  const network = fitNetwork(train);
  const { bytes, signature } = encodeNetwork(network);
  const manifest = buildImageManifest({
    name: 'digits',
    version: '1.0.0',
    description: 'Reads one handwritten digit, dark on light, that fills most of its image.',
    artifact: bytes,
    signature,
    image: IMAGE,
    classes: CLASSES,
    output: { scores: NETWORK_TENSORS.scores },
    top_k: 3,
    training: {
      algorithm: 'convolutional network, AdamW, varied images',
      data: {
        file: DATA,
        sha256: sha256(readFileSync(projectPath(DATA))),
        rows: train.rows.length,
        test_rows: test.rows.length,
      },
      seed: split.seed,
      hyperparameters: { ...HYPERPARAMETERS, dropout: SIZES.dropout },
      metrics: evaluate(network, { train, test }),
    },
  });
  return { manifest, artifact: bytes };
}

function fitNetwork(train: LabelledRows): Network {
  const { epochs, batch, learning_rate: learningRate, weight_decay: weightDecay } = HYPERPARAMETERS;
  return trainNetwork(train, {
    sizes: SIZES,
    seed: split.seed,
    epochs,
    batch,
    learningRate,
    weightDecay,
    vary: varyDigit,
  });
}

function evaluate(network: Network, { train, test }: DigitRows): Record<string, number> {
  const onTrain = classify(network, train.rows);
  const onTest = classify(network, test.rows);
  return {
    train_accuracy: accuracy(onTrain, train.labels),
    train_log_loss: logLoss(onTrain, train.labels),
    test_accuracy: accuracy(onTest, test.labels),
    test_log_loss: logLoss(onTest, test.labels),
  };
}
