import { z } from 'zod';
import { pattern } from '../language/shape.js';

export const Name = pattern(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter');

/** Letters, digits, spaces, `_` and `-`: what people type. */
const COMMAND_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}_-]*(?: [\p{L}\p{N}_-]+)*$/u;

export const Command = z
  .string()
  .min(1)
  .max(80)
  .regex(COMMAND_PATTERN, { error: 'must be words of letters, digits, _ and -, with one space between them' });

export const Words = z.string().min(1).max(200);
export const Text = z.string().min(1).max(4000);
/** Anything that YAML can say; texts in it may hold datapills. */
export const Value = z.json().meta({ description: 'A value; texts may hold {{ datapills }}' });
