package app.stockroom.tenancy;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limit of tenants that have none of their own, and how it is kept.
 *
 * @param requestsPerSecond requests of one tenant a second, over all processes together;
 * 0 for no limit
 * @param redisTimeout longest time that a request waits for Redis; then this process
 * judges alone
 */
@ConfigurationProperties("stockroom.rate-limit")
record RateLimitSettings(@DefaultValue("0") int requestsPerSecond, @DefaultValue("50ms") Duration redisTimeout) {
}
