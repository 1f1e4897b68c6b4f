import { z } from 'zod';
import { pattern } from '../language/shape.js';

/** Parts that the schemas of connector files are made of. */

export const Id = pattern(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter');
export const Words = z.string().min(1).max(200);
export const Line = z.string().min(1).max(2000);
export const SettingsText = Line.meta({ description: 'May hold {{ settings.<name> }}' });
export const AddressText = Line.meta({ description: 'May hold {{ settings.<name> }} and {{ token.<name> }}' });
export const Value = z.json().meta({
  description: 'A value; texts may hold {{ input.<name> }}, {{ settings.<name> }} and {{ token.<name> }}',
});
export const Expression = Line.meta({ description: 'One datapill: {{ body.id }}' });
