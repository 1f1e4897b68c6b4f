import { BehalfError } from '../kernel/errors.js';

/** A person is needed and a program has started the job: nobody can log in or answer, and nothing shared takes their place. */
export function noPerson(what: string): BehalfError {
  return new BehalfError('connection.no_person', `${what}, and the job was started by a program`);
}
