import type { Command } from 'commander';
import { examineService } from '../compose/doctor.js';
import { parseConfig } from '../config.js';
import type { Finding } from '../doctor/examination.port.js';
import type { Environment } from './environment.js';

const MARKS: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok      ',
  warning: 'warning ',
  wrong: 'WRONG   ',
  unknown: 'unknown ',
};

/** `behalf doctor`. */
export function addDoctorCommand(program: Command, environment: Environment): void {
  program
    .command('doctor')
    .description(
      'examine the configuration, the store, Slack, Teams and every connection, and say what to do; changes nothing; exit code 2 when something is wrong',
    )
    .option('--json', 'print the findings as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const findings = await examineService(parseConfig(environment), environment);
      process.stdout.write(options.json ? `${JSON.stringify(findings, undefined, 2)}\n` : printed(findings));
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 2;
    });
}

function printed(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ fix, says, state, subject }) => [
    `${MARKS[state]}${subject}: ${says}`,
    ...(fix === undefined ? [] : [`          ${fix}`]),
  ]);
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  return `${lines.join('\n')}\n\n${count('wrong')} wrong, ${count('warning')} to look at, ${count('unknown')} unknown, ${count('ok')} fine\n`;
}
