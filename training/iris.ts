import { readFileSync } from 'node:fs';
import type { Feature, TabularManifest } from '../shared/core/manifest';
import split from './data/iris-split.json';
import { type LabelledRows, parseLabelledRows, selectRows } from './labelled-rows';
import { type EncodedModel, encodeLinearClassifier, LINEAR_CLASSIFIER_OUTPUTS } from './linear-classifier';
import { buildManifest, sha256 } from './manifest';
import { accuracy, logLoss } from './metrics';
import { projectPath } from './project-path';
import { encodeExpansion, expandRows, fitStandardisation } from './quadratic-features';
import { fitSoftmaxRegression, predictProbabilities, type SoftmaxRegression } from './softmax-regression';
import type { TrainedVersion } from './version';

const DATA = 'training/data/iris.csv';

const CLASSES = ['setosa', 'versicolor', 'virginica'];

const FEATURES: readonly Feature[] = [
  { name: 'sepal_length', description: 'Length of the sepal', unit: 'cm', example: 5.1 },
  { name: 'sepal_width', description: 'Width of the sepal', unit: 'cm', example: 3.5 },
  { name: 'petal_length', description: 'Length of the petal', unit: 'cm', example: 1.4 },
  { name: 'petal_width', description: 'Width of the petal', unit: 'cm', example: 0.2 },
];

const HYPERPARAMETERS = { C: 1, penalty: 'l2', solver: 'newton', tolerance: 1e-10, max_iterations: 100 };

/** A way to learn from the rows; each is published as a version of its own. */
interface Approach {
  readonly version: string;
  readonly algorithm: string;
  fit(train: LabelledRows): Classifier;
}

interface Classifier {
  /** The probability of each class for each row. */
  predict(rows: LabelledRows['rows']): number[][];
  encode(): EncodedModel;
}

const LINEAR: Approach = {
  version: '1.0.0',
  algorithm: 'multinomial logistic regression',
  fit(train) {
    const model = fitModel(train);
    return {
      predict: (rows) => predictProbabilities(model, rows),
      encode: () => encodeLinearClassifier(model),
    };
  },
};

const QUADRATIC: Approach = {
  version: '1.1.0',
  algorithm: 'multinomial logistic regression on standardised features, their squares and their products',
  fit(train) {
    const standardisation = fitStandardisation(train.rows);
    const model = fitModel({ ...train, rows: expandRows(train.rows, standardisation) });
    return {
      predict: (rows) => predictProbabilities(model, expandRows(rows, standardisation)),
      encode: () => encodeLinearClassifier(model, encodeExpansion(standardisation)),
    };
  },
};

/** Trains the iris classifiers, lowest version first. Every run gives the same versions, byte for byte. */
export function trainIris(): TrainedVersion[] {
  return [LINEAR, QUADRATIC].map(trainVersion);
}

function trainVersion(approach: Approach): TrainedVersion {
  const csv = readFileSync(projectPath(DATA));
  const data = parseLabelledRows(csv.toString('utf8'), CLASSES);
  const train = selectRows(data, split.train_rows);
  const test = selectRows(data, split.test_rows);
  const classifier = approach.fit(train);
  const { bytes, signature } = classifier.encode();
  const manifest = buildManifest({
    name: 'iris',
    version: approach.version,
    task: 'classification',
    description: 'Tells three species of iris apart by the size of their sepals and petals.',
    artifact: { file: 'model.onnx', bytes },
    signature,
    features: FEATURES,
    classes: CLASSES,
    output: LINEAR_CLASSIFIER_OUTPUTS,
    training: {
      algorithm: approach.algorithm,
      data: { file: DATA, sha256: sha256(csv), rows: train.rows.length, test_rows: test.rows.length },
      seed: split.seed,
      hyperparameters: HYPERPARAMETERS,
      metrics: evaluate(classifier, train, test),
    },
    rows: train,
    probabilities: classifier.predict(train.rows),
  });
  return { manifest, artifact: bytes };
}

function fitModel(train: LabelledRows): SoftmaxRegression {
  const { C, tolerance, max_iterations: maxIterations } = HYPERPARAMETERS;
  return fitSoftmaxRegression(train, { classes: CLASSES.length, C, tolerance, maxIterations });
}

type Metrics = NonNullable<NonNullable<TabularManifest['training']>['metrics']>;

function evaluate({ predict }: Classifier, train: LabelledRows, test: LabelledRows): Metrics {
  const onTrain = predict(train.rows);
  const onTest = predict(test.rows);
  return {
    train_accuracy: accuracy(onTrain, train.labels),
    train_log_loss: logLoss(onTrain, train.labels),
    test_accuracy: accuracy(onTest, test.labels),
    test_log_loss: logLoss(onTest, test.labels),
  };
}
