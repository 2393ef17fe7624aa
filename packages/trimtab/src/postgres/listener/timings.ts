/** Milliseconds. */
export interface FeedTimings {
  /** Between two beats on a session that listens, and between two looks where there is none. */
  readonly beat: number
  /** How long a beat, or a new session with its proof, may take. */
  readonly patience: number
  /** How long the notification that proves a new session may be under way. */
  readonly proof: number
  /** The first delay before a new connection; it is drawn under a ceiling that doubles. */
  readonly reconnect: number
  /** The highest ceiling. */
  readonly reconnectAtMost: number
  /** How long a connection has to live to be counted as a success. */
  readonly healthyAfter: number
  /** How long it is polled before notifications are tried again. */
  readonly pushAgainAfter: number
}

/** A session that goes silent is noticed within 3.5 s, and a new one is there before the fifth is over. */
export const usualTimings: FeedTimings = {
  beat: 2_000,
  patience: 1_500,
  proof: 500,
  reconnect: 100,
  reconnectAtMost: 4_000,
  healthyAfter: 10_000,
  pushAgainAfter: 30_000,
}
