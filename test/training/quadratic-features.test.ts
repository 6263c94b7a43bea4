import { expandRows, fitStandardisation } from '../../training/quadratic-features';

test('fitStandardisation() measures each column', () => {
  const standardisation = fitStandardisation([
    [1, 10],
    [3, 10],
    [5, 40],
  ]);

  // numpy 2.4.6: mean and std of the columns.
  expect(standardisation.means).toEqual([3, 20]);
  expect(standardisation.deviations).toEqual([
    expect.closeTo(1.632993161855452, 12),
    expect.closeTo(14.142135623730951, 12),
  ]);
});

test('expandRows() appends the products of all pairs, squares among them', () => {
  const asTheyAre = { means: [0, 0, 0], deviations: [1, 1, 1] };

  // scikit-learn 1.9.1: PolynomialFeatures(2, include_bias=False).fit_transform([[2, 3, 5]]).
  expect(expandRows([[2, 3, 5]], asTheyAre)).toEqual([[2, 3, 5, 4, 6, 10, 9, 15, 25]]);
});

test('expandRows() standardises before it multiplies', () => {
  expect(expandRows([[7, 1]], { means: [1, 3], deviations: [2, 1] })).toEqual([[3, -2, 9, -6, 4]]);
});
