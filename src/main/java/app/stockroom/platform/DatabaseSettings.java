package app.stockroom.platform;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the service talks to PostgreSQL, beside the address.
 *
 * @param connectTimeout longest wait for a TCP connection
 * @param acquireTimeout longest wait for a connection from a pool, which is tried twice
 * @param pendingPerConnection how many may wait for each connection of a pool
 * @param idleTime how long an unused connection stays open
 * @param statementTimeout longest run of a statement, enforced by the server
 * @param shutdownTimeout how long shutdown waits for what is under way
 * @param planOnce whether the server plans a short statement for all values at once;
 * Citus has to see the tenant to find its node
 */
@ConfigurationProperties("stockroom.database")
record DatabaseSettings(@DefaultValue("3s") Duration connectTimeout, @DefaultValue("2s") Duration acquireTimeout,
		@DefaultValue("64") int pendingPerConnection, @DefaultValue("10m") Duration idleTime,
		@DefaultValue("10s") Duration statementTimeout, @DefaultValue("20s") Duration shutdownTimeout,
		@DefaultValue("true") boolean planOnce) {
}
