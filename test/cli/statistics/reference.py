# Computes the figures that the statistics of the command line are held against, and prints them as JSON:
#   pip install scipy==1.17.1 scikit-learn==1.9.1 numpy==2.4.6
#   python test/cli/statistics/reference.py > test/cli/statistics/reference.json
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn import metrics

random = np.random.default_rng(20240607)
root = Path(__file__).resolve().parents[3]


def number(value):
    return float(value)


def chi_squared(first, second):
    cells = [cell for cell in zip(first, second) if sum(cell) > 0]
    result = stats.chi2_contingency(np.array(cells).T, correction=False)
    return {'first': first, 'second': second, 'statistic': number(result.statistic),
            'degreesOfFreedom': int(result.dof), 'pValue': number(result.pvalue)}


def kolmogorov_smirnov(first, second):
    result = stats.ks_2samp(first, second, method='exact')
    effective = len(first) * len(second) / (len(first) + len(second))
    return {'first': list(map(number, first)), 'second': list(map(number, second)),
            'statistic': number(result.statistic), 'exactPValue': number(result.pvalue),
            'limitPValue': number(special.kolmogorov(np.sqrt(effective) * result.statistic))}


def exact_p_value(distance, first, second):
    """ks_2samp takes samples, so two are made that differ by `distance` and have as many values."""
    below = round(distance * first)
    result = stats.ks_2samp([0] * below + [1] * (first - below), [1] * second, method='exact')
    return {'distance': number(result.statistic), 'first': first, 'second': second, 'pValue': number(result.pvalue)}


def limit_p_value(distance, first, second):
    effective = first * second / (first + second)
    return {'distance': distance, 'first': first, 'second': second,
            'pValue': number(special.kolmogorov(np.sqrt(effective) * distance))}


def stability_index(expected, actual):
    left, right = (np.maximum(np.array(counts) / sum(counts), 1e-4) for counts in (expected, actual))
    # stats.entropy would divide by the sum again, which the least share has changed.
    index = special.rel_entr(left, right).sum() + special.rel_entr(right, left).sum()
    return {'expected': expected, 'actual': actual, 'index': number(index)}


def proportions(first, second):
    (left, left_of), (right, right_of) = first, second
    table = [[left, left_of - left], [right, right_of - right]]
    error = np.sqrt(sum(k / n * (1 - k / n) / n for k, n in (first, second)))
    difference = right / right_of - left / left_of
    reach = stats.norm.ppf(0.975) * error
    return {'first': {'count': left, 'of': left_of}, 'second': {'count': right, 'of': right_of},
            'difference': difference, 'interval': [number(difference - reach), number(difference + reach)],
            'pValue': number(stats.chi2_contingency(table, correction=False).pvalue)}


def excess(count, of, chance):
    return {'count': count, 'of': of, 'chance': chance,
            'pValue': number(stats.binomtest(count, of, chance, alternative='greater').pvalue)}


def means(first, second):
    result = stats.ttest_ind(second, first, equal_var=False)
    return {'first': list(map(number, first)), 'second': list(map(number, second)),
            'difference': number(np.mean(second) - np.mean(first)), 'pValue': number(result.pvalue)}


def classification():
    names = np.array(['a', 'b', 'c'])
    scores = random.dirichlet([0.6, 0.6, 0.6], 300)
    actual = names[[random.choice(3, p=(row + 0.15) / 1.45) for row in scores]]
    predicted = names[scores.argmax(axis=1)]
    confidence = scores.max(axis=1)
    precision, recall, _, support = metrics.precision_recall_fscore_support(actual, predicted, labels=names)
    bins = np.clip(np.ceil(confidence * 10) - 1, 0, 9)
    gaps = [abs((confidence[bins == i] - (predicted == actual)[bins == i]).sum()) for i in range(10)]
    return {'scores': scores.tolist(), 'actual': actual.tolist(), 'predicted': predicted.tolist(),
            'accuracy': number(metrics.accuracy_score(actual, predicted)),
            'logLoss': number(metrics.log_loss(actual, scores, labels=names)),
            'precision': precision.tolist(), 'recall': recall.tolist(), 'support': support.tolist(),
            'expectedCalibrationError': number(sum(gaps) / len(actual))}


def regression():
    actual = random.normal(10, 3, 200)
    predicted = actual + random.normal(0.2, 1, 200)
    return {'actual': actual.tolist(), 'predicted': predicted.tolist(),
            'meanAbsoluteError': number(metrics.mean_absolute_error(actual, predicted)),
            'rootMeanSquaredError': number(metrics.root_mean_squared_error(actual, predicted))}


def iris():
    """Drift of the 30 test rows, doubled in size, from the 120 training rows."""
    lines = (root / 'training/data/iris.csv').read_text().split()[1:]
    rows = np.array([[float(cell) for cell in line.split(',')[:4]] for line in lines])
    split = json.loads((root / 'training/data/iris-split.json').read_text())
    names = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']
    live = np.round(rows[split['test_rows']] * 1.25, 3)
    result = {'rows': live.tolist()}
    for index, name in enumerate(names):
        test = stats.ks_2samp(rows[split['train_rows'], index], live[:, index], method='exact')
        result[name] = {'statistic': number(test.statistic), 'pValue': number(test.pvalue),
                        'mean': number(live[:, index].mean()), 'std': number(live[:, index].std())}
    return result


figures = {
    'versions': {'scipy': scipy.__version__, 'scikit-learn': sklearn.__version__, 'numpy': np.__version__},
    'chiSquared': [
        chi_squared([12, 12, 12, 12], [10, 14, 11, 13]),
        chi_squared([40, 38, 42], [400, 100, 500]),
        chi_squared([12, 0, 30, 0], [100, 0, 2, 7]),
        chi_squared([5] * 10, list(range(1, 11))),
        chi_squared([1000000, 2000000], [1001000, 1999000]),
    ],
    'kolmogorovSmirnov': [
        kolmogorov_smirnov(np.round(random.normal(0, 1, 40), 1), np.round(random.normal(0.5, 1, 60), 1)),
        kolmogorov_smirnov(random.normal(0, 1, 50), random.normal(0, 1, 50)),
    ],
    'exactPValues': [
        exact_p_value(0.1, 120, 1000), exact_p_value(0.2, 120, 120), exact_p_value(0.05, 120, 997),
        exact_p_value(0.5, 120, 300), exact_p_value(1, 20, 30), exact_p_value(0.02, 3000, 3000),
    ],
    'limitPValues': [limit_p_value(0.01, 5000, 1000000), limit_p_value(0.03, 5000, 5000), limit_p_value(0.2, 120, 1000000)],
    'stabilityIndex': [
        stability_index([12] * 10, [10, 14, 12, 12, 9, 15, 12, 12, 12, 12]),
        stability_index([40, 38, 42], [400, 0, 500]),
        stability_index([0, 100], [50, 50]),
    ],
    'proportions': [proportions((910, 1000), (940, 1000)), proportions((45, 50), (9000, 10000)), proportions((0, 20), (5, 25))],
    'excess': [excess(6, 120, 1 / 61), excess(50, 1000, 0.0165), excess(0, 100, 0.01), excess(52000, 1000000, 0.05)],
    'means': [means(random.normal(1, 1, 30), random.normal(1.4, 2, 50)), means(random.normal(1, 1, 300), random.normal(1, 1, 200))],
    'classification': classification(),
    'regression': regression(),
    'iris': iris(),
}
print(json.dumps(figures))
