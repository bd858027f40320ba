import { AUTH_PLAYBOOKS, ECOMMERCE_PLAYBOOKS } from '../../spine/response/run-ops-spine.js';
import { PROVIDER_OF_EVENT, type Playbook, type PlaybookFlag, type PlaybookStep } from '../../spine/response/playbook.js';

export interface Runbook {
  readonly type: string;
  readonly title: string;
  /** What to do, in Markdown. */
  readonly markdown: string;
}

const SEVERITY_WORDS = ['informational', 'degraded', 'serious', 'critical'] as const;

const titleOf = (type: string): string => {
  const words = type.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const stepLine = (step: PlaybookStep): string =>
  typeof step === 'string' ? step : `${step.text} (only when it is ${SEVERITY_WORDS[step.fromSeverity]})`;

const numbered = (lines: readonly string[]): string => lines.map((line, at) => `${at + 1}. ${line}`).join('\n');
const listed = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const flagLine = ({ key, value, reason }: PlaybookFlag): string =>
  `\`${key}\` = ${value === PROVIDER_OF_EVENT ? 'the provider concerned' : `\`${JSON.stringify(value)}\``}: ${reason}`;

function markdownOf({ type, decision, classification, steps, risks, flags, rollback }: Playbook): string {
  const parts = [
    `# ${titleOf(type)}`,
    `**${decision}** This is a matter of ${classification}.`,
    `## Steps\n\n${numbered(steps.map(stepLine))}`,
    ...(flags.length > 0 ? [`## Flags to set\n\n${listed(flags.map(flagLine))}`] : []),
    `## Risks\n\n${listed(risks)}`,
    `## Taking it back\n\n${listed([...flags.map((flag) => `\`${flag.key}\`: ${flag.rollback}`), ...rollback])}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What the advice for incidents of each type follows, for people to read beforehand. */
export const RUNBOOKS: readonly Runbook[] = [...AUTH_PLAYBOOKS, ...ECOMMERCE_PLAYBOOKS].map((playbook) => ({
  type: playbook.type,
  title: titleOf(playbook.type),
  markdown: markdownOf(playbook),
}));
