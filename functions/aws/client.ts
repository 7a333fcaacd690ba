/** The SDK clients that every run needs; the others are made where they are used. Region and credentials come from the Lambda environment. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { Agent } from "node:https";

/**
 * Every client has time-outs, so that a server that takes a connection and never answers ends a call and not a whole
 * run: without any, such a call lasts as long as the function. `requestTimeout` counts until the answer begins and
 * only warns without `throwOnRequestTimeout`; `socketTimeout` ends an answer that stands still.
 */
const timeouts = (milliseconds: number) => ({
  connectionTimeout: 1_500,
  requestTimeout: milliseconds,
  socketTimeout: milliseconds,
  throwOnRequestTimeout: true,
});

/** The SDK tries again what failed on the way; a create keeps its idempotency token while it does. */
export const options = { maxAttempts: 3, retryMode: "standard", requestHandler: timeouts(5_000) };
/** A page of a thousand instances may take seconds. */
const ofPages = { ...options, requestHandler: timeouts(10_000) };

/** A write goes out on a connection that the reads before it have opened: one handshake less between event and session. */
const httpsAgent = new Agent({ keepAlive: true, maxSockets: 50 });

export function createEc2Client(): EC2Client {
  return new EC2Client({ ...ofPages, requestHandler: { ...ofPages.requestHandler, httpsAgent } });
}

/**
 * For calls that are paced. One that EC2 throttles is not tried again by the SDK, behind the pace's back: the pace hears
 * of it at once, and the call takes another turn.
 */
export function createPacedEc2Client(): EC2Client {
  const client = new EC2Client({
    ...options,
    maxAttempts: 2,
    requestHandler: { ...options.requestHandler, httpsAgent },
  });
  const standard = client.config.retryStrategy;
  client.config.retryStrategy = async () => {
    const strategy = await standard();
    if (!("refreshRetryTokenForRetry" in strategy)) return strategy;
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      refreshRetryTokenForRetry: async (token, failure) => {
        if (failure.errorType === "THROTTLING") throw new Error("the pace decides when");
        return strategy.refreshRetryTokenForRetry(token, failure);
      },
      recordSuccess: (token) => {
        strategy.recordSuccess(token);
      },
    };
  };
  return client;
}

export function createLoadBalancingClient(): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client(ofPages);
}

export function createSsmClient(): SSMClient {
  return new SSMClient(options);
}
