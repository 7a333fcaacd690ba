/** Whether a target is healthy: so many answers in a row of one kind change it (Elastic Load Balancing, "Health checks"). */
export interface Thresholds {
  readonly healthy: number;
  readonly unhealthy: number;
}

export interface Health {
  readonly healthy: boolean;
  /** Answers in a row that speak against what it is. */
  readonly against: number;
}

/** A target that was just registered gets nothing before it has passed. */
export const REGISTERED: Health = { healthy: false, against: 0 };

export const after = (health: Health, passed: boolean, thresholds: Thresholds): Health => {
  if (passed === health.healthy) return { ...health, against: 0 };
  const against = health.against + 1;
  const enough = against >= (health.healthy ? thresholds.unhealthy : thresholds.healthy);
  return enough ? { healthy: passed, against: 0 } : { ...health, against };
};
