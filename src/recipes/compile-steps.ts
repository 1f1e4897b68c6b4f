import type { Datapill } from '../language/datapill.js';
import { type CompileContext, compileTemplate } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import { compileAsk } from './compile-ask.js';
import { compileOnePill, compileReplyBlocks, compileValues } from './compile-reply.js';
import type {
  ActionStep,
  AskStep,
  CallStep,
  CompiledStep,
  ForEachStep,
  LogStep,
  ReplyStep,
  StopStep,
  TryStep,
} from './compiled-recipe.js';
import { compileReplyText } from './reply-text.js';
import type { ActionShape, CallShape, ForEachShape, StepShape, TryShape } from './step-shape.js';
import { allSteps } from './walk-steps.js';

/** Names that datapills know already: the item of a loop cannot have them. */
const TAKEN: readonly string[] = [
  'parameters',
  'steps',
  'user',
  'conversation',
  'job',
  'connections',
  'error',
  'index',
  'row',
  'option',
];

/** Pause before the first repetition, in seconds, where the recipe does not say. */
const DEFAULT_WAIT = 1;

type Written<Key extends string> = Extract<StepShape, Readonly<Record<Key, unknown>>>;
type Without<Step extends CompiledStep> = Omit<Step, 'path' | 'line' | 'column'>;

interface RecipeKind {
  /** True: the recipe uses an app as the person who asks, so its replies are theirs unless it says otherwise. */
  readonly isPersonal: boolean;
  /** True: other recipes call it, and go on after it. */
  readonly isCallable: boolean;
}

/** Compiles the steps of a recipe. */
export class StepCompiler {
  readonly #context: CompileContext;
  readonly #kind: RecipeKind;

  constructor(context: CompileContext, kind: RecipeKind) {
    this.#context = context;
    this.#kind = kind;
  }

  /** `prefix` stands before the paths of these steps. */
  list(steps: readonly StepShape[], path: YamlPath, prefix: string): readonly CompiledStep[] {
    return steps.map((step, index) => this.#step(step, [...path, index], `${prefix}${index}`));
  }

  #step(step: StepShape, path: YamlPath, stepPath: string): CompiledStep {
    const base = { path: stepPath, ...this.#context.document.positionOf(path) };
    if ('action' in step) return this.#alone(step, this.#action(step, path), path, base);
    if ('call' in step) return this.#alone(step, this.#call(step, path), path, base);
    if ('reply' in step) return { ...base, ...this.#reply(step, [...path, 'reply']) };
    if ('stop' in step) return { ...base, ...this.#stop(step, [...path, 'stop']) };
    if ('log' in step) return { ...base, ...this.#log(step, [...path, 'log']) };
    if ('ask' in step) return { ...base, ...this.#ask(step, path, stepPath) };
    if ('for_each' in step) return { ...base, ...this.#forEach(step, path) };
    if ('try' in step) {
      const steps = this.list(step.try, [...path, 'try'], `${stepPath}.try.`);
      return { ...base, ...this.#try(step, steps, path, stepPath) };
    }
    const condition = this.#onePill(step.if, [...path, 'if'], 'the condition');
    const then = this.list(step.then, [...path, 'then'], `${stepPath}.then.`);
    const otherwise = this.list(step.else ?? [], [...path, 'else'], `${stepPath}.else.`);
    if (condition) return { ...base, kind: 'if', condition, then, else: otherwise };
    return { ...base, kind: 'stop', as: 'failed' };
  }

  /** An action or a call with `retry` or `on_error` of its own is one that stands alone in a `try`. */
  #alone(
    written: ActionShape | CallShape,
    step: Without<ActionStep> | Without<CallStep>,
    path: YamlPath,
    base: Pick<CompiledStep, 'path' | 'line' | 'column'>,
  ): CompiledStep {
    if (written.retry === undefined && written.on_error === undefined) return { ...base, ...step };
    const inner = { ...base, ...step, path: `${base.path}.try.0` };
    return { ...base, ...this.#try(written, [inner], path, base.path) };
  }

  #call({ id, call: { recipe, input, connections } }: CallShape, path: YamlPath): Without<CallStep> {
    const place = [...path, 'call'];
    return {
      kind: 'call',
      ...(id === undefined ? {} : { id }),
      recipe,
      recipePosition: this.#context.document.positionOf([...place, 'recipe']),
      input: compileValues(input, [...place, 'input'], this.#context),
      connections: Object.entries(connections).map(([slot, use]) => {
        return { slot, use, ...this.#context.document.positionOf([...place, 'connections', slot]) };
      }),
    };
  }

  #action({ id, action, input, timeout }: ActionShape, path: YamlPath): Without<ActionStep> {
    const [slot = '', name = ''] = action.split('.');
    return {
      kind: 'action',
      ...(id === undefined ? {} : { id }),
      slot,
      action: name,
      actionPosition: this.#context.document.positionOf([...path, 'action']),
      input: compileValues(input, [...path, 'input'], this.#context),
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    };
  }

  #reply({ id, reply }: Written<'reply'>, path: YamlPath): Without<ReplyStep> {
    const { thread, update, visible_to } = reply;
    if (update !== undefined && visible_to !== undefined)
      this.#report([...path, 'visible_to'], 'a reply that replaces another is seen by the same people', 'leave it out');
    const visibleTo = visible_to ?? (this.#kind.isPersonal ? 'user' : undefined);
    const updated = update === undefined ? undefined : this.#context.document.positionOf([...path, 'update']);
    return {
      kind: 'reply',
      ...(id === undefined ? {} : { id }),
      blocks: compileReplyBlocks(reply, path, this.#context),
      ...(visibleTo === undefined ? {} : { visibleTo }),
      thread,
      ...(update === undefined || updated === undefined ? {} : { update: { id: update, ...updated } }),
    };
  }

  #ask({ ask: written, id }: Written<'ask'>, path: YamlPath, stepPath: string): Without<AskStep> {
    const { on_timeout: onTimeout, ...ask } = written;
    return {
      kind: 'ask',
      ...(id === undefined ? {} : { id }),
      ...compileAsk(ask, [...path, 'ask'], this.#context),
      ...(onTimeout === undefined
        ? {}
        : { onTimeout: this.list(onTimeout, [...path, 'ask', 'on_timeout'], `${stepPath}.on_timeout.`) }),
    };
  }

  #stop({ stop: { as, message } }: Written<'stop'>, path: YamlPath): Without<StopStep> {
    if (message === undefined) return { kind: 'stop', as };
    if (this.#kind.isCallable && as === 'succeeded')
      this.#report([...path, 'message'], 'the recipe that called this one goes on', 'say it with a reply before');
    return { kind: 'stop', as, message: compileReplyText(message, [...path, 'message'], this.#context) };
  }

  #log({ log }: Written<'log'>, path: YamlPath): Without<LogStep> {
    if (typeof log === 'string') return { kind: 'log', level: 'info', text: compileTemplate(log, path, this.#context) };
    return { kind: 'log', level: log.level, text: compileTemplate(log.text, [...path, 'text'], this.#context) };
  }

  #forEach(step: ForEachShape, path: YamlPath): Without<ForEachStep> | Without<StopStep> {
    const list = this.#onePill(step.for_each, [...path, 'for_each'], 'the list');
    if (TAKEN.includes(step.as))
      this.#report([...path, 'as'], `"${step.as}" means something else for datapills`, 'choose another name');
    if (step.collect !== undefined && step.id === undefined)
      this.#report([...path, 'collect'], 'what is collected needs a name', 'give the step an "id"');
    if (step.id !== undefined && step.collect === undefined)
      this.#report([...path, 'id'], 'a loop leaves nothing behind', 'say with "collect" what each item gives');
    const inner = this.list(step.do, [...path, 'do'], '');
    if (step.concurrency > 1 && allSteps(inner).some(({ kind }) => kind === 'ask'))
      this.#report([...path, 'concurrency'], 'a job asks one question at a time', 'leave "concurrency" out');
    const collect = step.collect === undefined ? [] : [this.#collect(step.collect, path, String(inner.length))];
    if (!list) return { kind: 'stop', as: 'failed' };
    const { as, concurrency, id, max } = step;
    return {
      kind: 'for_each',
      ...(id === undefined ? {} : { id }),
      list,
      as,
      max,
      concurrency,
      do: [...inner, ...collect],
    };
  }

  #collect(written: unknown, path: YamlPath, stepPath: string): CompiledStep {
    const place = [...path, 'collect'];
    const value = compileTemplate(written, place, this.#context);
    return { kind: 'collect', path: stepPath, value, ...this.#context.document.positionOf(place) };
  }

  #try(
    { retry, on_error: onError }: Pick<TryShape, 'retry' | 'on_error'>,
    steps: readonly CompiledStep[],
    path: YamlPath,
    stepPath: string,
  ): Without<TryStep> {
    const { times, wait } = typeof retry === 'object' ? retry : { times: retry ?? 0, wait: DEFAULT_WAIT };
    if (retry === undefined && onError === undefined)
      this.#report(path, 'nothing is done about an error here', 'add "retry" or "on_error"');
    return {
      kind: 'try',
      steps,
      retries: times,
      waitMs: wait * 1000,
      ...(onError === undefined ? {} : { onError: this.list(onError, [...path, 'on_error'], `${stepPath}.on_error.`) }),
    };
  }

  #onePill(value: string, path: YamlPath, what: string): Datapill | undefined {
    return compileOnePill(value, { path, what }, this.#context);
  }

  #report(path: YamlPath, message: string, hint: string): void {
    const { document, problems } = this.#context;
    problems.push({ file: document.file, ...document.positionOf(path), severity: 'error', message, hint });
  }
}
