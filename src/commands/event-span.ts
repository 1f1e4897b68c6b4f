import type { ChatEventHandler } from '../chat/chat-event.js';
import type { Tracing } from '../kernel/tracing.port.js';

/** A handler that begins a trace with each event. */
export function tracedEvents(handle: ChatEventHandler, tracing: Tracing | undefined): ChatEventHandler {
  if (!tracing) return handle;
  return (event) => {
    const facts = { 'behalf.platform': event.user.platform, 'behalf.event': event.kind };
    return tracing.inSpan({ name: `chat ${event.kind}`, kind: 'server', facts }, () => handle(event));
  };
}
