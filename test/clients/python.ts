import { pythonEnvironment } from '../python';

const clients = pythonEnvironment('clients', 'test/clients/install.sh');

/** The environment's Python; test/clients/install.sh makes it. */
export const PYTHON = clients.python;

/** `describe` for suites that need Python clients: skipped, with the reason printed, where they are not installed. */
export const describeWithPython = clients.describe;
