/** What reports call the column of the classes that a model predicted. */
export const PREDICTED_CLASS = 'predicted class';
