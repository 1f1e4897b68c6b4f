/** Names of the bare bots in the results. */
export const BARE = { slack: 'bare Bolt, echo', teams: 'bare botbuilder, echo' } as const;

/** Numbers of recipes that are compared. */
export const RECIPE_COUNTS = [10, 100, 1_000, 10_000] as const;

/** What is predicted for a simulated day, and measured. */
export const DAY_FIGURES = ['serviceCpuMs', 'redisCpuMs', 'redisOperations', 'redisBytes'] as const;
