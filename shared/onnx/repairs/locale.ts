import type { GraphNode, OnnxFile } from '../decode';
import { editGraph, replaceFields, withAttribute } from '../edit';
import { type Finding, refusal, repair } from '../finding';
import { nameOfNode, nestedNodes } from '../walk';
import type { Field } from '../wire';
import type { Repaired } from './repaired';

/** What every Linux with glibc 2.35 or Debian's has built in, slim images too. */
const PLAIN = 'C.UTF-8';

/** Locales that need not be installed. */
const BUILT_IN: ReadonlySet<string> = new Set(['C', 'POSIX', PLAIN, 'C.utf8']);

/** Spellings of the locale that ONNX Runtime takes where a node names none. */
const AMERICAN: ReadonlySet<string> = new Set(['en_US', 'en_US.UTF-8', 'en_US.utf8']);

/**
 * Lets text be normalised where no locale is installed. ONNX Runtime asks the locale for one thing, the other case of
 * a character, and glibc has one table of those for `en_US.UTF-8` and `C.UTF-8` (a test compares them over all of
 * Unicode). `C` would be another: it knows ASCII only. Languages with rules of their own, such as Turkish, are left.
 */
export function rewriteLocales(file: OnnxFile): Repaired {
  const findings: Finding[] = [];
  const changes = new Map<Field, readonly Field[]>();
  for (const node of file.graph.nodes.filter(needsLocale)) {
    const locale = localeOf(node);
    if (!AMERICAN.has(locale)) {
      findings.push(unavailable(node, locale));
      continue;
    }
    changes.set(node.field, [withAttribute(node, 'locale', { type: 'STRING', value: PLAIN })]);
    findings.push(
      repair(
        'locale',
        nameOfNode(node),
        `the locale ${locale}, which slim images lack, becomes ${PLAIN}, of the same letters`,
      ),
    );
  }
  const nested = nestedNodes(file)
    .filter(needsLocale)
    .map((node) => unavailable(node, localeOf(node)));
  if (changes.size === 0) return { file, findings: [...findings, ...nested] };
  return {
    file: editGraph(file, (fields) => replaceFields(fields, changes)),
    findings: [...findings, ...nested],
  };
}

function needsLocale(node: GraphNode): boolean {
  return node.operator === 'StringNormalizer' && !BUILT_IN.has(localeOf(node));
}

function localeOf({ attributes }: GraphNode): string {
  return attributes.get('locale')?.text || 'en_US.UTF-8';
}

function unavailable(node: GraphNode, locale: string): Finding {
  const remedy = "export with options={TfidfVectorizer: {'locale': 'C'}} if the text is ASCII";
  return refusal(
    'locale',
    nameOfNode(node),
    `it needs the locale ${locale}, which slim images lack: ${remedy}`,
  );
}
